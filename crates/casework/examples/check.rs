fn main() {
    let root = std::path::Path::new("config/france");
    let read = |p: &std::path::Path| std::fs::read_to_string(p).unwrap();
    let mut files = vec![];
    for dir in ["config/france", "config/france/desks"] {
        for e in std::fs::read_dir(dir).unwrap() {
            let p = e.unwrap().path();
            if p.extension().is_some_and(|x| x == "toml") { files.push((p.display().to_string(), read(&p))); }
        }
    }
    let places = orfevre_casework::place::Places::load(&read(&root.join("places/departments.tsv")), &read(&root.join("places/communes.tsv"))).unwrap();
    match orfevre_casework::desk::Config::load(files, places) {
        Ok(c) => println!("ok {} desks", c.desks().count()),
        Err(ps) => for p in ps { println!("{p}") },
    }
}
