//! What a person reads where it matters most, word for word.

use super::*;

/// The main part of a page as lines.
fn main(html: &str) -> String {
    let (_, main) = html.split_once("<main").unwrap();
    let (_, main) = main.split_once('>').unwrap();
    let (main, _) = main.split_once("</main>").unwrap();
    lines(main)
}

/// The error summary of the page on money, wrongly filled in.
async fn summary(lang: &str) -> String {
    let site = Site::new().await;
    let mut browser = site.browser();
    let path = format!("/{lang}/desks/thesee");
    browser.step(&path, "track=complaint").await;
    let form = "paid=oui&payments.0.amount.amount=beaucoup&payments.0.date=31%2F02%2F2026\
                &payments.0.means=transfer&payments.0.iban=FR76+3000\
                &payments.1.amount.amount=0&payments.1.means=card&goods=x";
    browser.post(&format!("{path}/steps/money"), form).await;
    let page = browser
        .post(&format!("{path}/steps/money"), form)
        .await
        .text;
    let (_, summary) = page.split_once("<section class=\"summary\"").unwrap();
    let (summary, _) = summary.split_once("</section>").unwrap();
    lines(&format!("<section{summary}"))
}

#[tokio::test]
async fn an_error_summary() {
    insta::assert_snapshot!(summary("fr").await, @"
    3 réponses sont à revoir
    Tout ce que vous avez écrit est encore là.
    Paiement 1, Combien ? – Saisissez un montant, par exemple 1 250,50.
    Paiement 1, Quel jour ? – Saisissez une date, par exemple 14/03/2026.
    Paiement 2, Combien ? – Saisissez au moins 0,01 EUR.
    ");
}

#[tokio::test]
async fn an_error_summary_in_english() {
    insta::assert_snapshot!(summary("en").await, @"
    3 answers need another look
    Everything you wrote is still here.
    Payment 1, How much? – Enter an amount, for example 1,250.50.
    Payment 1, On what day? – Enter a date, for example 14/03/2026.
    Payment 2, How much? – Enter at least 0.01 EUR.
    ");
}

/// The receipt, its code and its file apart: they are new each time.
async fn receipt(lang: &str) -> String {
    let site = Site::new().await;
    let mut browser = site.browser();
    browser.fill_pharos().await;
    browser
        .step(&format!("/{lang}/desks/pharos/send"), "")
        .await;
    let page = browser.get(&format!("/{lang}/receipt")).await.text;
    let code = code(&page);
    let name = page.split("orfevre-recepisse-").nth(1).unwrap();
    let (name, _) = name.split_once('.').unwrap();
    let (_, key) = page.split_once("--key ").unwrap();
    let (key, _) = key.split_once('<').unwrap();
    main(&page)
        .replace(&code, "[code]")
        .replace(name, "[name]")
        .replace(&lines(key), "[key]")
}

#[tokio::test]
async fn a_receipt() {
    insta::assert_snapshot!(receipt("fr").await, @"
    Votre déclaration est reçue
    « Signaler un contenu ou un comportement illicite », reçue le 22/11/2026 à 11:00 (heure de Paris), enregistrée durablement.
    Votre code de suivi
    [code]
    Copiez-le ou imprimez cette page. Il est le seul moyen de suivre votre déclaration, et nous ne pouvons pas vous le redonner. Ne le montrez à personne.
    Votre preuve
    Gardez ce fichier avec votre code. Il prouve que votre envoi est inscrit au registre, même si nous disions le contraire. Il ne contient ni votre nom ni ce que vous avez écrit.
    Télécharger le récépissé orfevre-recepisse-[name].tlog-proof
    Un document à montrer à votre banque ou à votre assureur. Il ne contient ni votre nom, ni ce que vous avez écrit, ni votre code.
    Le récépissé en PDF
    Comment vérifier cette preuve
    Votre envoi est inscrit à la place 0 du registre public. Le programme orfevre vérifie le fichier sans connexion, avec la clé publiée :
    orfevre verify orfevre-recepisse-[name].tlog-proof --key [key]
    Registre public
    Et maintenant
    Un agent doit l’avoir lue au plus tard le 25/11/2026 à 11:00.
    Elle est rapprochée de ce que d’autres ont déclaré, puis confiée au service compétent.
    Vous lisez la suite, et vous pouvez répondre, sur la page de suivi.
    Voir le suivi
    Fermer le suivi sur cet appareil
    ");
}

#[tokio::test]
async fn a_receipt_in_english() {
    insta::assert_snapshot!(receipt("en").await, @"
    Your report is received
    “Report unlawful content or conduct”, received on 22 Nov 2026, 11:00 (Paris time), durably recorded.
    Your tracking code
    [code]
    Copy it or print this page. It is the only way to follow your report, and we cannot give it to you again. Show it to nobody.
    Your proof
    Keep this file with your code. It proves that what you sent is in the ledger, even if we said otherwise. It holds neither your name nor what you wrote.
    Download the receipt orfevre-recepisse-[name].tlog-proof
    A document to show to your bank or insurer. It holds neither your name, nor what you wrote, nor your code.
    The receipt as PDF
    How to check this proof
    What you sent stands at place 0 of the public ledger. The program orfevre checks the file offline, with the published key:
    orfevre verify orfevre-recepisse-[name].tlog-proof --key [key]
    Public ledger
    What happens now
    An agent must have read it by 25 Nov 2026, 11:00.
    It is matched with what others have reported, then given to the competent service.
    You read what comes of it, and can answer, on the follow-up page.
    See the follow-up
    Close the follow-up on this device
    ");
}

#[tokio::test]
async fn a_life_at_risk() {
    let site = Site::new().await;
    let mut browser = site.browser();
    browser.step("/fr/desks/pharos", "").await;
    let form = "category=danger&subcategory=life_risk";
    browser.step("/fr/desks/pharos/steps/kind", form).await;
    let page = browser.get("/fr/desks/pharos/steps/danger").await.text;
    let (_, banner) = page.split_once("<section class=\"urgent\"").unwrap();
    let (banner, _) = banner.split_once("</section>").unwrap();
    insta::assert_snapshot!(lines(&format!("<section{banner}")), @"
    Une vie est en danger : appelez maintenant
    Appelez le 17 ou le 112, ou envoyez un SMS au 114 si vous ne pouvez pas parler. Urgence médicale : 15. Pour un enfant en danger : 119. Continuez ensuite ici : ce que vous savez aide à retrouver la personne.
    17 police, gendarmerie
    112 urgences en Europe
    114 par SMS, sans parler
    15 urgence médicale
    Vous pouvez envoyer tout de suite ce que vous avez dit, et compléter ensuite.
    Envoyer tout de suite ce que j’ai dit
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_reads_how_often_their_file_was_opened_and_not_by_whom() {
    let site = Site::new().await;
    let mut person = site.browser();
    person.fill_pharos().await;
    person.step("/fr/desks/pharos/send", "").await;
    let docket = site.work(0).await;
    let code = code(&person.get("/fr/receipt").await.text);
    let reads = async |lang: &str| {
        let mut browser = site.browser();
        browser.post("/fr/follow", format!("code={code}")).await;
        let path = format!("/{lang}/follow/submission");
        main(&browser.get(&path).await.text)
    };
    assert!(reads("fr").await.contains("aucune par un agent"));
    let mut agent = site.browser();
    agent.of_agent(&site, &docket).await;
    assert!(reads("fr").await.contains("1 fois par un agent"));
    let path = format!("/fr/workbench/submissions/{}", docket.id);
    agent.get(&path).await;
    // Who is not let in sees nothing of it, and who merely lists it opens nothing.
    let work = &site.app.store.work;
    let denied = Agent {
        id: "denied".to_owned(),
        name: "Denise Refusée".to_owned(),
        unit: "ofmin".to_owned(),
        role: "head".to_owned(),
        clearance: String::new(),
    };
    work.put_agent(&denied).await.unwrap();
    work.invite("denied", b"other", i64::MAX).await.unwrap();
    let mut other = site.browser();
    other.step("/fr/workbench/sign-in", "token=other").await;
    assert_eq!(other.get(&path).await.status, StatusCode::NOT_FOUND);
    agent.get("/fr/workbench/queue").await;
    let read = reads("fr").await;
    assert!(read.contains("2 fois par des agents"), "{read}");
    assert!(
        !read.contains("Denise") && !read.contains("investigator"),
        "{read}"
    );
    let read = reads("en").await;
    assert!(read.contains("twice") || read.contains("2 times"), "{read}");
}
