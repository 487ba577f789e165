//! `GET /api/openapi.json`: the description of the interface, made from the table of operations, the
//! list of failures and the desks. Written by hand rather than derived: the tree of a generator is
//! larger than this file, and the answers' schemas are data anyway.

use std::collections::BTreeSet;

use axum::{extract::State, http::StatusCode, response::Response};
use casework::Lang;
use serde_json::{Map, Value, json};

use super::{
    failure::Failure,
    operations::{ANY, OPERATIONS, Operation},
    schema,
};
use crate::app::App;

/// The description.
pub(super) async fn show(State(app): State<App>) -> Response {
    super::json_answer(StatusCode::OK, &document(&app))
}

pub(super) fn document(app: &App) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for operation in OPERATIONS {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.method] = described(operation);
    }
    let answers: Vec<Value> = app
        .config
        .desks()
        .map(|desk| reference("schemas", &schema::name(desk)))
        .collect();
    let tracks: Vec<&str> = casework::submission::Track::ALL
        .iter()
        .map(|track| track.as_str())
        .collect();
    let mut schemas = schemas();
    schemas.insert(
        "Submission".to_owned(),
        json!({
            "type": "object",
            "properties": {
                "track": { "type": "string", "enum": tracks, "description": "One of the desk's tracks; the first when left out." },
                "lang": { "type": "string", "enum": ["fr", "en"], "description": "The person's language; that of Accept-Language when left out." },
                "answers": { "anyOf": answers },
            },
            "required": ["answers"],
            "additionalProperties": false,
        }),
    );
    for desk in app.config.versions() {
        schemas.insert(schema::name(desk), schema::answers(desk));
    }
    json!({
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "Orfèvre",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "File what happened online, prove it was received, follow it.",
            "description": "Errors are problem details (RFC 9457), worded in the language of Accept-Language (French or English); whatever is not answered by 2xx was not received, except after a 500, where the same request with the same Idempotency-Key tells.",
            "license": { "name": "EUPL-1.2", "identifier": "EUPL-1.2" },
        },
        "servers": [{ "url": app.settings.public_url }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "parameters": parameters(app),
            "requestBodies": request_bodies(app),
            "responses": problems(),
            "securitySchemes": {
                "partner": { "type": "http", "scheme": "bearer", "description": "A partner's token." },
            },
        },
    })
}

fn reference(section: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/components/{section}/{name}") })
}

fn described(operation: &Operation) -> Value {
    let mut parameters: Vec<Value> = operation
        .path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| reference("parameters", name))
        .collect();
    parameters.extend(
        operation
            .parameters
            .iter()
            .map(|name| reference("parameters", name)),
    );
    let gives = match operation.gives.strip_suffix("[]") {
        Some(item) => json!({ "type": "array", "items": reference("schemas", item) }),
        None => reference("schemas", operation.gives),
    };
    let mut answer = json!({
        "description": operation.summary,
        "content": { "application/json": { "schema": gives } },
    });
    if operation.id == "fileSubmission" {
        answer["headers"] = json!({
            "Location": { "schema": { "type": "string" }, "description": "Where its status is read, with the header Tracking-Code." },
            "Idempotency-Replayed": { "schema": { "const": "true" }, "description": "The same request had been received before." },
        });
    }
    let mut responses = Map::new();
    responses.insert(operation.status.to_string(), answer);
    // Several kinds may have one status: they then share a response with one example each.
    for sample in Failure::samples() {
        let (kind, status) = sample.kind();
        if !ANY.contains(&kind) && !operation.problems.contains(&kind) {
            continue;
        }
        let response = responses
            .entry(status.as_u16().to_string())
            .or_insert_with(|| problem_response(Value::Object(Map::new())));
        response["content"]["application/problem+json"]["examples"][kind] = example(&sample);
        let title = sample.problem(Lang::En).title;
        let described = response["description"].as_str().unwrap_or_default();
        response["description"] = if described.is_empty() {
            title
        } else {
            format!("{described}; {title}")
        }
        .into();
    }
    let mut whole = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "description": operation.description,
        "parameters": parameters,
        "responses": responses,
    });
    if let Some(takes) = operation.takes {
        whole["requestBody"] = reference("requestBodies", takes);
    }
    if operation.problems.contains(&"invalid-token") {
        whole["security"] = json!([{}, { "partner": [] }]);
    }
    whole
}

fn problem_response(examples: Value) -> Value {
    json!({
        "description": "",
        "content": { "application/problem+json": { "schema": reference("schemas", "Problem"), "examples": examples } },
    })
}

fn example(sample: &Failure) -> Value {
    let problem = sample.problem(Lang::En);
    json!({ "summary": problem.title, "value": problem })
}

/// Each kind of problem by itself, with its example.
fn problems() -> Map<String, Value> {
    Failure::samples()
        .iter()
        .map(|sample| {
            let (kind, _) = sample.kind();
            let mut examples = Map::new();
            examples.insert(kind.to_owned(), example(sample));
            let mut response = problem_response(Value::Object(examples));
            response["description"] = sample.problem(Lang::En).title.into();
            (kind.to_owned(), response)
        })
        .collect()
}

fn parameters(app: &App) -> Value {
    let desks: BTreeSet<&str> = app.config.versions().map(|desk| desk.id.as_str()).collect();
    let header = |name: &str, required: bool, schema: Value, description: &str| json!({ "name": name, "in": "header", "required": required, "schema": schema, "description": description });
    let path = |name: &str, schema: Value, description: &str| json!({ "name": name, "in": "path", "required": true, "schema": schema, "description": description });
    json!({
        "desk": path("desk", json!({ "type": "string", "enum": desks }), "Id of a desk."),
        "version": path("version", json!({ "type": "integer", "minimum": 1 }), "Version of the desk."),
        "IdempotencyKey": header(
            "Idempotency-Key", true,
            json!({ "type": "string", "minLength": 16, "maxLength": 128, "pattern": "^[!-~]+$" }),
            "Chosen by the client, at random (a UUID): the same for every try of the same request.",
        ),
        "TrackingCode": header(
            "Tracking-Code", true, json!({ "type": "string", "pattern": "^[0-9A-Za-z]{4}(-[0-9A-Za-z]{4}){6}$" }),
            "The secret given with the receipt. Never in an address.",
        ),
        "Channel": header(
            "Orfevre-Channel", false, json!({ "type": "string", "enum": ["api", "import"], "default": "api" }),
            "How it comes. “import” is for partners.",
        ),
        "AcceptLanguage": header(
            "Accept-Language", false, json!({ "type": "string" }),
            "The first of fr and en that is listed words what is read by people.",
        ),
    })
}

fn request_bodies(app: &App) -> Value {
    let binary = json!({ "type": "string", "contentMediaType": "application/octet-stream" });
    json!({
        "Submission": {
            "required": true,
            "description": format!("At most {} bytes of JSON; each file at most {} bytes.", app.settings.most_body, app.settings.most_upload),
            "content": {
                "application/json": {
                    "schema": reference("schemas", "Submission"),
                    "examples": { "a scam's site": { "value": {
                        "track": "report", "lang": "en",
                        "answers": {
                            "category": "scam", "visibility": "public", "medium": "site",
                            "urls": [{ "url": "https://shop.example/offer" }],
                            "description": "The shop takes payments and sends nothing.",
                            "victim": "no", "identify": "anonymous",
                        },
                    } } },
                },
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "properties": { "submission": reference("schemas", "Submission") },
                        "required": ["submission"],
                        "additionalProperties": binary,
                    },
                    "encoding": { "submission": { "contentType": "application/json" } },
                },
            },
        },
        "Evidence": {
            "required": true,
            "description": format!("One to twenty files of any field name, each at most {} bytes.", app.settings.most_upload),
            "content": { "multipart/form-data": { "schema": { "type": "object", "minProperties": 1, "additionalProperties": binary } } },
        },
        "Message": { "required": true, "content": { "application/json": { "schema": reference("schemas", "Message") } } },
        "Withdrawal": { "required": true, "content": { "application/json": { "schema": reference("schemas", "Withdrawal") } } },
    })
}

fn schemas() -> Map<String, Value> {
    let word = json!({ "type": "string" });
    let moment = json!({ "type": "string", "format": "date-time" });
    let count = json!({ "type": "integer", "minimum": 0 });
    let or_null = |schema: &Value| json!({ "anyOf": [schema, { "type": "null" }] });
    let object = |properties: Value| {
        let required: Vec<String> = properties
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, _)| name.clone())
            .collect();
        json!({ "type": "object", "properties": properties, "required": required })
    };
    let list = |items: Value| json!({ "type": "array", "items": items });
    let text = object(json!({ "fr": word, "en": word }));
    let states = object(
        json!({ "queued": count, "quarantined": count, "assigned": count, "closed": count, "withdrawn": count }),
    );
    let summary = json!({
        "id": word, "version": count, "versions": list(count.clone()), "title": text, "summary": text,
        "tracks": list(word.clone()), "first_deadline_hours": count, "retention_days": count,
    });
    let mut desk = summary.clone();
    for (name, schema) in [
        ("headline", or_null(&word)),
        (
            "steps",
            list(object(json!({
                "id": word, "title": text, "intro": or_null(&text), "when": or_null(&word),
                "questions": list(reference("schemas", "Question")),
            }))),
        ),
        ("urgent", list(json!({ "type": "object" }))),
        ("orientations", list(json!({ "type": "object" }))),
        ("eligibility", list(json!({ "type": "object" }))),
        ("priority", list(json!({ "type": "object" }))),
        (
            "answers_schema",
            json!({ "type": "object", "description": "JSON Schema of the answers." }),
        ),
    ] {
        desk[name] = schema;
    }
    let file = json!({ "sha256": word, "size": count, "media_type": word });
    let mut upload = file.clone();
    upload["id"] = word.clone();
    let mut exhibit = file;
    exhibit["name"] = word.clone();
    let schemas = json!({
        "OpenApi": { "type": "object", "required": ["openapi", "info", "paths"] },
        "DeskSummary": object(summary),
        "Desk": object(desk),
        "Question": {
            "type": "object",
            "description": "With the settings of its kind: options, max_chars, currencies…",
            "properties": {
                "id": word, "kind": word, "label": text, "help": or_null(&text),
                "required": { "type": ["boolean", "string"], "description": "A condition when it is a string." },
                "when": or_null(&word), "is": or_null(&word),
            },
            "required": ["id", "kind", "label", "help", "required", "when", "is"],
        },
        "Receipt": object(json!({
            "id": { "type": "string", "format": "uuid" },
            "received_at": moment,
            "tracking_code": { "type": "string", "description": "A secret: whoever holds it follows the submission." },
            "receipt": { "type": "string", "description": "C2SP tlog-proof: proves that the submission is in the ledger." },
            "ledger_index": count,
            "urgent": or_null(&object(json!({ "title": word, "text": word }))),
            "deadline_at": moment,
            "follow": { "type": "string", "format": "uri" },
        })),
        "Upload": object(upload),
        "Status": object(json!({
            "id": { "type": "string", "format": "uuid" }, "desk": word, "track": word,
            "state": word, "state_text": word, "received_at": moment, "deadline_at": or_null(&moment), "unit": or_null(&word),
            "messages": list(object(json!({ "from": { "type": "string", "enum": ["you", "service"] }, "kind": word, "at": moment, "text": word }))),
            "exhibits": list(object(exhibit)),
            "ledger_index": count, "receipt": or_null(&word),
            "erased": or_null(&json!({ "type": "string", "enum": ["erase_identity", "erase_all"] })),
        })),
        "Message": {
            "type": "object",
            "properties": { "text": { "type": "string", "maxLength": 100_000 }, "evidence": { "type": "array", "items": word, "maxItems": 20 } },
            "additionalProperties": false,
        },
        "Withdrawal": { "type": "object", "properties": { "text": { "type": "string", "maxLength": 100_000 } }, "additionalProperties": false },
        "Addition": object(json!({ "received_at": moment, "receipt": word, "ledger_index": count })),
        "Figures": object(json!({
            "received": count, "waiting": count, "states": states,
            "desks": { "type": "object", "additionalProperties": object(json!({
                "states": states, "kinds": { "type": "object", "additionalProperties": count },
            })) },
        })),
        "Problem": {
            "type": "object",
            "properties": {
                "type": word, "title": word, "status": { "type": "integer" }, "detail": word,
                "errors": list(reference("schemas", "FieldProblem")),
            },
            "required": ["type", "title", "status", "detail"],
        },
        "FieldProblem": object(json!({
            "field": { "type": "string", "description": "Path in the answers: payments[2].iban." },
            "code": word, "message": word,
        })),
    });
    match schemas {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
