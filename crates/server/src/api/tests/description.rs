//! The description says what the routes do, and the reverse.

use std::collections::BTreeSet;

use super::*;

fn walk<'v>(value: &'v Value, see: &mut impl FnMut(&'v str, &'v Value)) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                see(name, value);
                walk(value, see);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| walk(item, see)),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_reference_leads_somewhere_and_every_operation_is_whole() {
    let site = site().await;
    let description = site.get("/api/openapi.json").await.body;
    assert_eq!(description["openapi"], "3.1.0");
    for member in ["title", "version"] {
        assert!(description["info"][member].is_string());
    }
    walk(&description, &mut |name, value| {
        if let ("$ref", Some(to)) = (name, value.as_str()) {
            let pointer = to.strip_prefix('#').unwrap();
            assert!(description.pointer(pointer).is_some(), "{to} leads nowhere");
        }
    });
    let mut ids = BTreeSet::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        assert!(path.starts_with("/api/"));
        for (method, operation) in item.as_object().unwrap() {
            assert!(["get", "post"].contains(&method.as_str()));
            assert!(ids.insert(operation["operationId"].as_str().unwrap()));
            let named: BTreeSet<&str> = operation["parameters"]
                .as_array()
                .unwrap()
                .iter()
                .map(|parameter| {
                    description
                        .pointer(&parameter["$ref"].as_str().unwrap()[1..])
                        .unwrap()
                })
                .filter(|parameter| parameter["in"] == "path")
                .map(|parameter| parameter["name"].as_str().unwrap())
                .collect();
            let in_path: BTreeSet<&str> = path
                .split('/')
                .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
                .collect();
            assert_eq!(named, in_path, "{path}");
            for (status, response) in operation["responses"].as_object().unwrap() {
                assert!((100..600).contains(&status.parse::<u16>().unwrap()));
                assert!(!response["description"].as_str().unwrap().is_empty());
            }
        }
    }
    let components = description["components"].as_object().unwrap();
    for section in components.values() {
        for name in section.as_object().unwrap().keys() {
            assert!(
                name.bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte)),
                "{name}"
            );
        }
    }
    for desk in site.app.config.versions() {
        assert!(components["schemas"].get(schema::name(desk)).is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_routes_are_those_described() {
    let site = site().await;
    let description = site.get("/api/openapi.json").await.body;
    let described: BTreeSet<(String, String)> = description["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| {
            item.as_object()
                .unwrap()
                .keys()
                .map(|method| (method.clone(), path.clone()))
        })
        .collect();
    let listed: BTreeSet<(String, String)> = OPERATIONS
        .iter()
        .map(|operation| (operation.method.to_owned(), operation.path.to_owned()))
        .collect();
    assert_eq!(described, listed);
    for path in described
        .iter()
        .map(|(_, path)| path)
        .collect::<BTreeSet<_>>()
    {
        let address = path.replace("{desk}", "pharos").replace("{version}", "1");
        for method in ["get", "post", "put", "patch", "delete"] {
            let request = Request::builder()
                .method(method.to_uppercase().as_str())
                .uri(&address);
            let answer = site.send(request.body(Body::empty()).unwrap()).await;
            if described.contains(&(method.to_owned(), path.clone())) {
                assert!(
                    ![404, 405].contains(&answer.status.as_u16()),
                    "{method} {path}: {}",
                    answer.status
                );
            } else {
                answer.problem(405, "method-not-allowed");
                assert!(answer.headers[header::ALLOW].to_str().unwrap().contains(
                    if listed.contains(&("get".to_owned(), path.clone())) {
                        "GET"
                    } else {
                        "POST"
                    }
                ));
            }
        }
    }
    for path in [
        "/api",
        "/api/",
        "/api/v1",
        "/api/v2/desks",
        "/api/v1/workbench",
        "/api/v1/desks/pharos/submissions/1",
    ] {
        site.get(path).await.problem(404, "not-found");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_problem_is_in_the_description_with_an_example_and_some_operation_has_it() {
    let site = site().await;
    let description = openapi::document(&site.app);
    let known: BTreeSet<&str> = Failure::samples()
        .iter()
        .map(|failure| failure.kind().0)
        .collect();
    let mut met = BTreeSet::new();
    for operation in OPERATIONS {
        for kind in operation.problems.iter().chain(operations::ANY) {
            assert!(known.contains(kind), "{kind} is no problem");
            met.insert(*kind);
        }
    }
    assert_eq!(met, known);
    for failure in Failure::samples() {
        let (kind, status) = failure.kind();
        let response = &description["components"]["responses"][kind];
        let example = &response["content"]["application/problem+json"]["examples"][kind]["value"];
        assert_eq!(
            (&example["type"], &example["status"]),
            (&json!(format!("/problems/{kind}")), &json!(status.as_u16()))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_is_given_whole_in_every_version() {
    let site = site().await;
    let desks = site.get("/api/v1/desks").await.body;
    let ids: Vec<&str> = desks
        .as_array()
        .unwrap()
        .iter()
        .map(|desk| desk["id"].as_str().unwrap())
        .collect();
    assert!(ids.contains(&"pharos") && ids.contains(&"thesee"));
    for id in ids {
        let desk = site.get(&format!("/api/v1/desks/{id}")).await.body;
        for version in desk["versions"].as_array().unwrap() {
            let shown = site
                .get(&format!("/api/v1/desks/{id}/versions/{version}"))
                .await
                .body;
            assert_eq!(shown["version"], *version);
        }
        let asked: usize = desk["steps"]
            .as_array()
            .unwrap()
            .iter()
            .map(|step| step["questions"].as_array().unwrap().len())
            .sum();
        assert_eq!(asked, site.app.desk(id).unwrap().questions().count());
        let mut texts = 0;
        walk(&desk, &mut |name, value| {
            if name == "label" {
                texts += 1;
                assert!(value["fr"].is_string() && value["en"].is_string());
            }
        });
        assert!(texts > 30);
    }
    let payments =
        &site.get("/api/v1/desks/thesee").await.body["answers_schema"]["properties"]["payments"];
    assert_eq!(
        (&payments["type"], &payments["maxItems"]),
        (&json!("array"), &json!(100))
    );
    for path in [
        "pharos/versions/99",
        "pharos/versions/x",
        "pharos/versions/-1",
        "nowhere",
        "nowhere/versions/1",
    ] {
        site.get(&format!("/api/v1/desks/{path}"))
            .await
            .problem(404, "unknown-desk");
    }
}
