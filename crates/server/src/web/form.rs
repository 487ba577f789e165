//! Forms: names such as `payments.2.iban` to the nested raw answers of `docs/formats/answers-1.md`.
