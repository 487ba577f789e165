//! Every public item shows in an example that runs how it is used. No lint of the compiler asks for that.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// What begins a public item; fields and variants are shown by the type's example.
const KEYWORDS: [&str; 8] = [
    "const", "enum", "fn", "mod", "static", "struct", "trait", "type",
];

#[test]
fn every_public_item_has_an_example_that_runs() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut items = 0;
    let mut bare = Vec::new();
    for path in files_under(&sources) {
        let file = path.strip_prefix(&sources).unwrap().display();
        for (item, documentation) in public_items(&fs::read_to_string(&path).unwrap()) {
            items += 1;
            // A module speaks of itself in its own file.
            let module = sources.join(format!("{}.rs", item.trim_start_matches("mod ")));
            let has_example = match item.starts_with("mod ") {
                true => runs_an_example(&module_documentation(&module)),
                false => runs_an_example(&documentation),
            };
            if !has_example {
                bare.push(format!("{file}: {item}"));
            }
        }
    }
    assert!(items > 60, "only {items} public items were seen");
    bare.sort();
    assert!(
        bare.is_empty(),
        "without an example that runs:\n{}",
        bare.join("\n")
    );
}

#[test]
fn an_item_without_an_example_is_seen() {
    let source = "/// A number.\n///\n/// ```text\n/// 1\n/// ```\n#[derive(Debug)]\npub struct One;\n\n\
        impl One {\n    /// ```\n    /// assert!(true);\n    /// ```\n    pub const fn two(&self) -> u8 {\n    }\n\
        pub(crate) fn hidden() {}\n    pub field: u8,\n}\n/// ```\n/// ```\n\
        #[cfg_attr(\n    feature = \"serde\",\n    derive(A)\n)]\npub enum Four {\n}\npub static THREE: u8 = 3;\n";
    let seen: Vec<_> = public_items(source)
        .iter()
        .map(|(item, documentation)| (item.clone(), runs_an_example(documentation)))
        .collect();
    let expected = [
        ("struct One", false),
        ("fn two", true),
        ("enum Four", true),
        ("static THREE", false),
    ];
    assert_eq!(seen, expected.map(|(item, has)| (item.to_owned(), has)));
}

fn files_under(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder of sources is there");
    let paths = entries.map(|entry| entry.expect("a folder can be read").path());
    paths
        .flat_map(|path| match path.is_dir() {
            true => files_under(&path),
            false => vec![path],
        })
        .collect()
}

/// Each public item of a file, as keyword and name, with the lines of its documentation.
fn public_items(source: &str) -> Vec<(String, Vec<&str>)> {
    let mut items = Vec::new();
    let mut documentation = Vec::new();
    for line in source.lines().map(str::trim) {
        if let Some(text) = line.strip_prefix("///") {
            documentation.push(text.trim());
        } else if let Some(item) = line.strip_prefix("pub ").and_then(named) {
            items.push((item, std::mem::take(&mut documentation)));
        } else if line.is_empty() || line.ends_with([';', '}']) {
            documentation.clear();
        }
    }
    items
}

/// The keyword and the name of what is declared.
fn named(declaration: &str) -> Option<String> {
    let mut words = declaration.split(' ').skip_while(|word| {
        *word == "const" && declaration.contains(" fn ") || ["async", "unsafe"].contains(word)
    });
    let keyword = words.next().filter(|word| KEYWORDS.contains(word))?;
    let name: String = words
        .next()?
        .chars()
        .take_while(|character| character.is_alphanumeric() || *character == '_')
        .collect();
    Some(format!("{keyword} {name}"))
}

fn module_documentation(file: &Path) -> Vec<String> {
    let source = fs::read_to_string(file).expect("a module has a file");
    let lines = source.lines().map_while(|line| line.strip_prefix("//!"));
    lines.map(|line| line.trim().to_owned()).collect()
}

/// Whether a code block is Rust and neither ignored nor only compiled.
fn runs_an_example(documentation: &[impl AsRef<str>]) -> bool {
    let fences = documentation
        .iter()
        .filter_map(|line| line.as_ref().strip_prefix("```"));
    // Every second one closes.
    fences
        .step_by(2)
        .any(|language| ["", "rust", "compile_fail", "should_panic"].contains(&language))
}
