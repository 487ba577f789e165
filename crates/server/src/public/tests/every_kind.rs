//! A question of every kind: asked on a page, read again before sending, and read by the agent.

use super::*;

/// What is typed into each page of the desk of every kind.
const TYPED: [(&str, &str); 4] = [
    (
        "what",
        "type=system&title=Titre&story=R%C3%A9cit+sur%0D%0Adeux+lignes&means.0=card&means.2=crypto&paid=oui&danger=non",
    ),
    (
        "payments",
        "payments.0.amount.amount=1+250%2C50&payments.0.amount.currency=EUR&payments.0.by_transfer=oui\
         &payments.0.iban=FR76+3000+6000+0112+3456+7890+189&payments.0.references.0.reference=REF-1\
         &payments.0.references.1.reference=REF-2&payments.1.amount.amount=12000&payments.1.amount.currency=JPY",
    ),
    (
        "details",
        "day=14+mars+2026&happened.date=14%2F03%2F2026&happened.time=14h30&happened.about=oui&count=12&share=1234%2C5\
         &country=BE&town=paris&department=93&email=a%40mail.example&phone=06+39+98+12+34&page=https%3A%2F%2Fshop.example%2F\
         &loose_page=hxxp%3A%2F%2Fshop%5B.%5Dexample&wallet=0x52908400098527886E0F7030069857D2E4169EE7\
         &account.platform=telegram&account.handle=%40gang",
    ),
    (
        "who",
        "me.family_name=Exemple&me.given_names=Camille&me.birth_date=14%2F07%2F1980&me.country=FR&reply_to=c%40mail.example",
    ),
];

/// Files a complaint with an answer of every kind and gives the review of it.
async fn filed(site: &Site, lang: &str) -> String {
    let mut browser = site.browser();
    browser
        .step(&format!("/{lang}/desks/trial"), "track=complaint")
        .await;
    for (step, form) in TYPED {
        let path = format!("/{lang}/desks/trial/steps/{step}");
        let shown = controls(&browser.get(&path).await.text);
        browser.step(&path, form).await;
        // Every control that was there is one of the answers' names, or a button's.
        assert!(shown.len() > 1, "{step} asks nothing");
    }
    let path = format!("/{lang}/desks/trial/steps/details");
    let form = format!("{}&go=later", TYPED[2].1);
    let parts: Vec<(&str, Option<&str>, &[u8])> = vec![("proof", Some("a.txt"), b"text")];
    browser.post(&path, form).await;
    browser.upload(&path, &parts).await;
    let review = browser
        .get(&format!("/{lang}/desks/trial/review"))
        .await
        .text;
    let sent = browser.post(&format!("/{lang}/desks/trial/send"), "").await;
    assert_eq!(sent.to, format!("/{lang}/receipt"), "{}", words(&sent.text));
    let (_, steps) = review.split_once("<section class=\"reviewed\"").unwrap();
    let (steps, _) = steps.split_once("<h2 id=\"who-title\"").unwrap();
    lines(&format!("<section{steps}"))
}

#[tokio::test]
async fn every_kind_is_asked_and_read_again_in_both_languages() {
    let config = trial(&[("desks/trial.toml", TRIAL)]);
    let site = Site::on(tempfile::tempdir().unwrap(), config, Settings::default()).await;
    insta::assert_snapshot!(filed(&site, "fr").await, @r#"
    Quoi ?
    Modifier : Quoi ?
    Type
    Rançongiciel
    Titre
    Titre
    Récit
    Récit sur
    deux lignes
    Moyens
    Carte
    Cryptomonnaie
    Payé ?
    Oui
    En danger ?
    Non
    Paiements
    Modifier : Paiements
    Paiement 1
    Montant
    1 250,50 €
    Par virement ?
    Oui
    IBAN payé
    FR76 3000 6000 0112 3456 7890 189
    Paiement 1, Référence 1
    Référence
    REF-1
    Paiement 1, Référence 2
    Référence
    REF-2
    Paiement 2
    Montant
    12 000 JPY
    Détails
    Modifier : Détails
    Jour
    14/03/2026
    Quand ?
    vers le 14/03/2026 à 14:30
    Combien ?
    12
    Part
    1 234,5
    Pays
    Belgique
    Commune
    Paris (75)
    Département
    Seine-Saint-Denis (93)
    E-mail
    a@mail.example
    Téléphone
    06 39 98 12 34
    Adresse
    https://shop.example/
    Adresse, même fausse
    hxxp://shop[.]example
    Portefeuille
    0x52908400098527886E0F7030069857D2E4169EE7
    Compte
    Telegram : @gang
    Preuves
    a.txt (4 o)
    Vous
    Modifier : Vous
    Vous
    Nom de famille : Exemple
    Prénoms : Camille
    Date de naissance : 14/07/1980
    Pays : France
    Pour vous répondre
    c@mail.example
    "#);
    insta::assert_snapshot!(filed(&site, "en").await, @r#"
    What?
    Change : What?
    Type
    Ransomware
    Title
    Titre
    Story
    Récit sur
    deux lignes
    Means
    Card
    Cryptocurrency
    Paid?
    Yes
    In danger?
    No
    Payments
    Change : Payments
    Payment 1
    Amount
    €1,250.50
    By transfer?
    Yes
    IBAN paid
    FR76 3000 6000 0112 3456 7890 189
    Payment 1, Reference 1
    Reference
    REF-1
    Payment 1, Reference 2
    Reference
    REF-2
    Payment 2
    Amount
    JPY 12,000
    Details
    Change : Details
    Day
    14 Mar 2026
    When?
    about 14 Mar 2026 at 14:30
    How many?
    12
    Share
    1,234.5
    Country
    Belgium
    Town
    Paris (75)
    Department
    Seine-Saint-Denis (93)
    E-mail
    a@mail.example
    Phone
    06 39 98 12 34
    Address
    https://shop.example/
    Address, even wrong
    hxxp://shop[.]example
    Wallet
    0x52908400098527886E0F7030069857D2E4169EE7
    Account
    Telegram: @gang
    Evidence
    a.txt (4 B)
    You
    Change : You
    You
    Family name: Exemple
    Given names: Camille
    Date of birth: 14 Jul 1980
    Country: France
    To answer you
    c@mail.example
    "#);

    let mut agent = site.browser();
    let docket = site.work(0).await;
    let page = agent.of_agent(&site, &docket).await;
    let content = page.split("<div class=\"wb-content\">").nth(1).unwrap();
    let content = content
        .split("<h2 id=\"observables-title\"")
        .next()
        .unwrap();
    insta::assert_snapshot!(lines(content), @"
    Ce qui a été déclaré
    Questions telles qu’elles étaient posées (version 1 du guichet). Ce qui est surligné est recherché ailleurs ; le chiffre dit dans combien d’autres déclarations.
    Quoi ?
    Type
    Rançongiciel
    Titre
    Titre
    Récit
    Récit sur deux lignes
    Moyens
    Carte ; Cryptomonnaie
    Payé ?
    oui
    En danger ?
    non
    Paiements
    Paiement 1
    Montant
    1 250,50 €
    Par virement ?
    oui
    IBAN payé
    FR76 3000 6000 0112 3456 7890 189
    Paiement 1 › Référence 1
    Référence
    REF-1
    Paiement 1 › Référence 2
    Référence
    REF-2
    Paiement 2
    Montant
    12 000 JPY
    Détails
    Jour
    14/03/2026
    Quand ?
    vers le 14/03/2026 à 14:30
    Combien ?
    12
    Part
    1 234,5
    Pays
    Belgique
    Commune
    Paris (Paris)
    Département
    Seine-Saint-Denis (93)
    E-mail
    a@mail.example
    Téléphone
    06 39 98 12 34
    Adresse
    https://shop.example/
    Adresse, même fausse
    hxxp://shop[.]example
    Portefeuille
    0x52908400098527886E0F7030069857D2E4169EE7
    Compte
    Telegram · @gang
    Preuves
    1 fichier, voir les pièces
    Pièces
    Jamais ouvertes ici : un téléchargement est conservé dans l’historique. Ouvrez-les sur un poste prévu pour cela.
    a.txt 1 ko, text/plain Télécharger a.txtSHA-256 982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1
    ");
}
