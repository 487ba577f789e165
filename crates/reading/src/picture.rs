//! Pictures: what the camera wrote (EXIF), what they look like (PDQ), and the QR codes and bar codes in them.

use std::io::Cursor;

use exif::{Exif, In, Tag, Value};
use image::{DynamicImage, ImageDecoder, ImageReader};

use crate::{Cause, PDQ, Reader, barcode, pdq::pdq, under};

impl Reader<'_> {
    pub(crate) fn picture(&mut self, path: &str, bytes: &[u8]) {
        match exif::Reader::new().read_from_container(&mut Cursor::new(bytes)) {
            Ok(exif) => self.exif(path, &exif),
            Err(exif::Error::NotFound(_)) => {}
            Err(error) => self.problem(
                path,
                Cause::Damaged,
                format!("the EXIF data cannot be read: {error}"),
            ),
        }
        match self.decoded(bytes) {
            Ok(picture) => {
                if let Some(hash) = pdq(&picture) {
                    self.fact(path, PDQ, &hash);
                }
                self.codes(path, &picture);
            }
            Err((cause, what)) => self.problem(path, cause, what),
        }
    }

    fn decoded(&self, bytes: &[u8]) -> Result<DynamicImage, (Cause, String)> {
        let told = |error: &dyn std::fmt::Display| {
            (
                Cause::Damaged,
                format!("this picture cannot be decoded: {error}"),
            )
        };
        let mut reader = ImageReader::new(Cursor::new(bytes))
            .with_guessed_format()
            .map_err(|error| told(&error))?;
        let mut limits = image::Limits::default();
        limits.max_alloc = Some(self.limits.pixels.saturating_mul(8));
        reader.limits(limits);
        let decoder = reader.into_decoder().map_err(|error| told(&error))?;
        let (width, height) = decoder.dimensions();
        if u64::from(width) * u64::from(height) > self.limits.pixels {
            let what = format!("this picture is too large: {width} × {height} pixels");
            return Err((Cause::Limit, what));
        }
        DynamicImage::from_decoder(decoder).map_err(|error| told(&error))
    }

    fn codes(&mut self, path: &str, picture: &DynamicImage) {
        let grey = picture.to_luma8();
        let (width, height) = (grey.width() as usize, grey.height() as usize);
        if width < 21 || height < 21 {
            return;
        }
        let mut unread = 0;
        let mut number = 0;
        // Light on dark is looked for only where there was nothing dark on light.
        for inverted in [false, true] {
            let mut prepared =
                rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
                    let value = grey.as_raw()[y * width + x];
                    if inverted { 255 - value } else { value }
                });
            for grid in prepared.detect_grids() {
                match grid.decode() {
                    Ok((_, content)) => {
                        number += 1;
                        self.text(&under(path, &format!("QR code {number}")), "", content);
                    }
                    Err(_) => unread += 1,
                }
            }
            if number > 0 {
                break;
            }
        }
        for (number, content) in barcode::codes(grey.as_raw(), width, height)
            .into_iter()
            .enumerate()
        {
            let path = under(path, &format!("bar code {}", number + 1));
            self.text(&path, "bar code", content);
        }
        if number == 0 && unread > 0 {
            self.problem(path, Cause::Damaged, "a QR code cannot be read");
        }
    }

    fn exif(&mut self, path: &str, exif: &Exif) {
        for field in exif.fields().filter(|field| field.ifd_num == In::PRIMARY) {
            // What the maker of the camera keeps to itself says nothing to others.
            if field.tag == Tag::MakerNote {
                continue;
            }
            let name = field.tag.to_string();
            if let Value::Ascii(texts) = &field.value {
                for text in texts {
                    self.text(
                        &under(path, &format!("EXIF {name}")),
                        &name,
                        String::from_utf8_lossy(text),
                    );
                }
            } else if field.tag == Tag::UserComment
                && let Value::Undefined(bytes, _) = &field.value
            {
                // Eight bytes name the character set.
                let text = String::from_utf8_lossy(bytes.get(8..).unwrap_or_default());
                self.text(&under(path, "EXIF UserComment"), &name, text);
            }
            let mut value = String::new();
            // A value of a million numbers is written no further than it is kept.
            if !too_many(&field.value) {
                value = field.display_value().with_unit(exif).to_string();
            }
            if !value.is_empty() {
                self.fact(path, &name, &value);
            }
        }
        let degrees = |value: Tag, reference: Tag| {
            let value = match &exif.get_field(value, In::PRIMARY)?.value {
                Value::Rational(parts) if parts.len() >= 3 => {
                    parts[0].to_f64() + parts[1].to_f64() / 60.0 + parts[2].to_f64() / 3600.0
                }
                _ => return None,
            };
            let south_or_west = match &exif.get_field(reference, In::PRIMARY)?.value {
                Value::Ascii(texts) => matches!(texts.first()?.first(), Some(b'S' | b'W')),
                _ => return None,
            };
            value
                .is_finite()
                .then_some(if south_or_west { -value } else { value })
        };
        if let (Some(latitude), Some(longitude)) = (
            degrees(Tag::GPSLatitude, Tag::GPSLatitudeRef),
            degrees(Tag::GPSLongitude, Tag::GPSLongitudeRef),
        ) {
            self.fact(path, "position", &format!("{latitude:.6},{longitude:.6}"));
        }
    }
}

fn too_many(value: &Value) -> bool {
    let count = match value {
        Value::Byte(values) => values.len(),
        Value::Undefined(values, _) => values.len(),
        Value::Short(values) => values.len(),
        Value::Long(values) => values.len(),
        Value::Rational(values) => values.len(),
        Value::SRational(values) => values.len(),
        _ => 0,
    };
    count > 64
}
