//! What an agent's form holds: its fields, and a file where its door takes one.

use axum::{
    Form,
    extract::{FromRequest, Multipart, Request},
};
use store::work::AnswerFile;

use super::door::Door;
use crate::{app::App, web::form};

/// The longest name of a file, characters.
const MOST_NAME: usize = 150;

/// A form's fields and its file.
pub(super) type Sent = (Vec<(String, String)>, Option<AnswerFile>);

/// Reads a form, within the site's limit; none where it is no form, or longer.
pub(super) async fn read(app: &App, door: &Door, request: Request) -> Option<Sent> {
    if !(door.takes_a_file() && form::is_multipart(request.headers())) {
        let form = Form::<Vec<(String, String)>>::from_request(request, app).await;
        return form.ok().map(|Form(fields)| (fields, None));
    }
    let mut parts = Multipart::from_request(request, app).await.ok()?;
    let (mut fields, mut file) = (Vec::new(), None);
    while let Some(part) = parts.next_field().await.ok()? {
        let name = part.name().unwrap_or_default().to_owned();
        let Some(of_file) = part.file_name().map(shown) else {
            fields.push((name, part.text().await.ok()?));
            continue;
        };
        let bytes = part.bytes().await.ok()?.to_vec();
        // A browser sends an empty one where none was chosen.
        if !(bytes.is_empty() && of_file.is_empty()) {
            file = Some(AnswerFile {
                name: of_file,
                bytes,
            });
        }
    }
    Some((fields, file))
}

/// The last part of a name, without what could steer a page or a header.
fn shown(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain = last.chars().filter(|c| !c.is_control());
    plain.take(MOST_NAME).collect()
}
