//! How fast the extraction goes, on a file or on made complaints:
//! `cargo run --release -p orfevre-observables --example throughput [FILE]`.
//!
//! The text is cut into documents of about 2 kB, as reports come; one call each. Beside it stand the
//! check of UTF-8 and the sketches, so that figures of two machines can be compared as ratios.

use std::{
    env, fs,
    hint::black_box,
    time::{Duration, Instant},
};

use observables::{Kind, extract, sketch::Sketch};

fn main() -> Result<(), std::io::Error> {
    let text = match env::args().nth(1) {
        Some(path) => String::from_utf8_lossy(&fs::read(path)?).into_owned(),
        None => (0..10_000).map(complaint).collect(),
    };
    let documents = cut(&text, 2_000);
    println!(
        "{} documents, {:.1} MB",
        documents.len(),
        text.len() as f64 / 1e6
    );

    let megabytes = text.len() as f64 / 1e6;
    let rate = |time: Duration| megabytes / time.as_secs_f64();
    let utf8 = median(|| {
        documents.iter().for_each(|document| {
            black_box(std::str::from_utf8(document.as_bytes())).ok();
        })
    });
    println!("from_utf8  {:9.1} MB/s", rate(utf8));
    let time = median(|| {
        documents
            .iter()
            .for_each(|document| drop(black_box(extract(document))))
    });
    println!(
        "extract    {:9.1} MB/s  {:.0} documents/s",
        rate(time),
        documents.len() as f64 / time.as_secs_f64()
    );

    let found: Vec<_> = documents
        .iter()
        .map(|document| extract(document).hits)
        .collect();
    let time = median(|| {
        for (document, hits) in documents.iter().zip(&found) {
            black_box(Sketch::of(document, hits).map(|sketch| sketch.bands()));
        }
    });
    println!(
        "sketch     {:9.1} MB/s  {:.0} documents/s",
        rate(time),
        documents.len() as f64 / time.as_secs_f64()
    );
    for &kind in Kind::ALL {
        let count = found
            .iter()
            .flatten()
            .filter(|hit| hit.kind == kind)
            .count();
        println!("{count:>10} {kind}");
    }
    Ok(())
}

fn median(mut run: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..5)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .collect();
    times.sort();
    times[2]
}

/// Documents of at least `size` bytes that end with a line or a character.
fn cut(text: &str, size: usize) -> Vec<&str> {
    let mut documents = Vec::new();
    let mut rest = text;
    while rest.len() > size {
        let mut end = rest.as_bytes()[size..]
            .iter()
            .position(|byte| *byte == b'\n')
            .map_or(rest.len(), |line| size + line + 1);
        end = end.min(2 * size).min(rest.len());
        while !rest.is_char_boundary(end) {
            end += 1;
        }
        let (document, tail) = rest.split_at(end);
        documents.push(document);
        rest = tail;
    }
    documents.push(rest);
    documents
}

/// A made complaint, another for each number.
fn complaint(number: u32) -> String {
    let pair = |shift: u32| number.wrapping_mul(2_654_435_761) >> shift & 63;
    let (a, b) = (10 + pair(3), 10 + pair(11));
    let story = match number % 4 {
        0 => format!(
            "Bonjour, j'ai reçu un SMS qui m'annonçait qu'un colis était retenu. J'ai cliqué sur \
             hxxps://suivi-colis{a}[.]example/payer?ref={number} et donné ma carte. Le lendemain un faux conseiller m'a appelé \
             du 06 39 98 {a} {b} pour me faire valider trois virements. Ma banque refuse de me rembourser."
        ),
        1 => format!(
            "J'ai acheté un téléphone sur un site d'annonces (1 250,50 €). Le vendeur, joint sur Telegram @vendeur_{a}{b}, \
             m'a demandé de virer l'argent sur FR14 2004 1010 0505 0001 3M02 606 puis n'a plus répondu. \
             Son adresse : vente.{a}{b}@boutique.example."
        ),
        2 => format!(
            "I met someone online who convinced me to invest on trading-{a}{b}.example. I sent 0.02 BTC to \
             1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa and ETH to 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed. \
             The site, hosted at 192.0.2.{a}, now asks for a tax before any withdrawal."
        ),
        _ => "Un homme se présentant comme technicien a pris la main sur mon ordinateur après l'affichage d'une alerte. \
              Il a exigé des cartes prépayées, que j'ai achetées au bureau de tabac, puis il a menacé de tout effacer. \
              Je ne comprends pas comment il connaissait mon nom, mon adresse et le modèle de ma voiture."
            .to_owned(),
    };
    story + "\n"
}
