//! The French of made complaints. `(a|b)` is a choice; `{name}` is filled in afterwards.
//!
//! `said` is what the author writes, the same to every victim; the rest is how victims tell it.

use super::random::Random;

/// One of the eight types of the desk, with what people say about it.
pub(crate) struct Scam {
    /// Its option on the desk.
    pub(crate) id: &'static str,
    /// How often it is met, in a hundred.
    pub(crate) share: u64,
    /// What it is about.
    pub(crate) objects: &'static [&'static str],
    /// From and to, in euros.
    pub(crate) price: (u64, u64),
    pub(crate) opening: &'static [&'static str],
    pub(crate) middle: &'static [&'static str],
    pub(crate) ending: &'static [&'static str],
    /// The author's message: a sentence of each list.
    pub(crate) said: [&'static [&'static str]; 4],
}

/// One of the choices of each `(a|b|c)`.
pub(crate) fn spin(template: &str, random: &mut Random) -> String {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('(') {
        let (choices, after) = after.split_once(')').expect("a test closes every choice");
        text.push_str(before);
        text.push_str(
            choices
                .split('|')
                .nth(random.index(choices.matches('|').count() + 1))
                .expect("within the count"),
        );
        rest = after;
    }
    text.push_str(rest);
    text
}

pub(crate) const SCAMS: [Scam; 8] = [
    Scam {
        id: "false_shop",
        share: 24,
        objects: &[
            "des baskets",
            "un robot de cuisine",
            "une trottinette électrique",
            "des granulés de bois",
            "un téléphone",
            "un canapé",
            "une console de jeux",
            "un vélo électrique",
            "une piscine hors-sol",
            "un sac à main",
            "des pneus",
            "un poêle à bois",
        ],
        price: (45, 900),
        opening: &[
            "J’ai (commandé|acheté) {objet} sur (un site|une boutique en ligne) (trouvé|vu) (sur un réseau social|par une publicité|en cherchant sur Internet).",
            "Le site {enseigne} (proposait|vendait|affichait) {objet} à {prix}, (un prix intéressant|moins cher qu’ailleurs|en promotion).",
            "(Je souhaite|Je viens|Je voudrais) signaler la boutique {enseigne} (où|sur laquelle) j’ai payé {prix} pour {objet}.",
            "En cherchant {objet}, je suis (tombé|tombée) sur (la boutique|le site) {enseigne}.",
        ],
        middle: &[
            "J’ai reçu un mail de confirmation puis (plus rien|aucune nouvelle|le silence).",
            "Le (lien de suivi|numéro de suivi) ne (mène à rien|fonctionne pas|correspond à aucun colis).",
            "(Le service client|Le vendeur|La boutique) ne répond (plus|pas) à mes messages.",
            "J’ai vu ensuite des avis (très mauvais|négatifs) qui parlent d’arnaque.",
            "On m’a dit que le colis était (bloqué en douane|retardé|chez le transporteur), puis (plus rien|on ne m’a plus répondu).",
            "{transporteur} me confirme n’avoir (aucun colis|rien) à mon nom.",
        ],
        ending: &[
            "Je n’ai (jamais|toujours) rien reçu.",
            "Je demande le remboursement de {prix}.",
            "Depuis, le site a (disparu|fermé|changé de nom).",
            "J’ai (prévenu|appelé) ma banque, {banque}.",
        ],
        said: [
            &[
                "(Bonjour|Cher client|Chère cliente), (merci|nous vous remercions) pour votre (commande|achat) chez {enseigne}.",
                "Votre commande {enseigne} est (validée|enregistrée|confirmée), (merci de votre confiance|nous vous en remercions).",
            ],
            &[
                "En raison d’un (grand nombre|volume important|afflux) de commandes, (l’expédition|l’envoi|la livraison) peut (prendre|demander) (quinze|vingt|trente) jours ouvrés.",
                "Le paiement par carte est (momentanément|temporairement) (indisponible|en maintenance), (veuillez|merci de) régler par virement (instantané|bancaire) (pour bénéficier de la remise|avant ce soir|sous deux jours).",
                "Votre colis (partira|sera expédié|quittera) notre entrepôt (de Hambourg|de Lille|central) dès réception (du règlement|du virement|des fonds).",
            ],
            &[
                "Le (bénéficiaire|titulaire|compte) à indiquer est {payee}.",
                "Indiquez (uniquement|seulement|bien) votre numéro de commande en (référence|motif|libellé).",
                "(Aucun|Nul) remboursement ne (pourra|peut) être fait avant (trente|soixante) jours (conformément|suivant) nos conditions générales.",
            ],
            &[
                "L’équipe {enseigne} reste à votre (écoute|disposition|service).",
                "(Cordialement|Bien à vous), le service (client|des ventes|commandes) {enseigne}.",
                "(À bientôt|Au plaisir de vous revoir) sur {enseigne}.",
            ],
        ],
    },
    Scam {
        id: "false_seller",
        share: 22,
        objects: &[
            "une voiture d’occasion",
            "un scooter",
            "une poussette",
            "un appareil photo",
            "un ordinateur portable",
            "une tondeuse",
            "deux places de concert",
            "un lave-linge",
            "une remorque",
            "un chiot",
            "une guitare",
            "une caravane",
        ],
        price: (60, 4_500),
        opening: &[
            "J’ai (répondu à|vu) une annonce sur {plateforme} pour {objet} à {prix}.",
            "Sur {plateforme}, un (vendeur|particulier) (proposait|vendait) {objet}.",
            "(Je cherchais|Nous cherchions) {objet} et (une annonce|un vendeur) sur {plateforme} nous a (intéressés|convaincus).",
            "Annonce {plateforme} : {objet}, {prix}, (livraison possible|envoi possible|remise en main propre refusée).",
        ],
        middle: &[
            "Il m’a (demandé|fait) (de passer|poursuivre|continuer) hors du site, par messagerie.",
            "Le vendeur se (disait|prétendait) (militaire|muté|en déplacement) et (ne pouvait|refusait de) me rencontrer.",
            "Il m’a envoyé une (copie|photo) de carte d’identité, (sans doute volée|qui semble fausse).",
            "J’ai payé (un acompte|la totalité|la moitié puis le reste) et (j’attends|il devait envoyer) le colis par {transporteur}.",
            "Après le paiement il a (réclamé|demandé) (une assurance|des frais de port) en plus.",
            "L’annonce a été (supprimée|retirée) (le lendemain|deux jours après|dans la soirée).",
        ],
        ending: &[
            "Depuis il (ne répond plus|m’a bloqué|a coupé son téléphone).",
            "Je n’ai rien (reçu|vu venir).",
            "{plateforme} (m’a dit de porter plainte|ne fait rien|a fermé le compte).",
            "Ma banque, {banque}, (ne peut rien|a refusé le rappel des fonds|a lancé un rappel).",
        ],
        said: [
            &[
                "(Bonjour|Bonsoir|Salut) oui {objet} est (toujours|encore) (disponible|à vendre), (très peu servi|en parfait état|comme neuf).",
                "(Bonjour|Bonsoir), (merci de|merci pour) votre intérêt, je (vends|me sépare de) {objet} (suite à un déménagement|car on m’en a offert un autre|pour cause de mutation).",
            ],
            &[
                "Je suis (actuellement|en ce moment) (en mission|en déplacement|sur un chantier) (à Brest|à l’étranger|dans le sud) (donc|alors) pas de remise en main propre (possible|pour le moment).",
                "Plusieurs personnes sont (intéressées|sur le coup) (donc|alors) le premier qui (verse|envoie|règle) l’acompte (l’emporte|l’aura|est servi).",
                "(Mon frère|Ma femme|Mon collègue) (s’occupe|se charge) de l’envoi par {transporteur} dès que le virement est (fait|passé|visible).",
            ],
            &[
                "Je vous (mets|donne|envoie) le RIB au nom de {payee} (c’est ma compagne|mon compte principal est bloqué|c’est le compte de la famille).",
                "Faites un virement instantané et (envoyez-moi|transmettez-moi) la (capture|preuve|photo) (s’il vous plaît|svp|merci).",
                "J’ai déjà (vendu|envoyé) (dix|vingt|plusieurs) fois (vous pouvez voir mes avis|sans aucun souci|et jamais de problème).",
            ],
            &[
                "Je suis quelqu’un d’honnête (et père de famille|et je ne veux pas d’histoire|vous pouvez me croire).",
                "(Dites-moi|Tenez-moi au courant) (rapidement|vite|dans la journée) (svp|merci|cordialement).",
                "(Bonne journée|Bonne soirée|À tout de suite).",
            ],
        ],
    },
    Scam {
        id: "false_buyer",
        share: 11,
        objects: &[
            "une montre",
            "un téléphone",
            "une console",
            "des bijoux",
            "un sac de marque",
            "un appareil photo",
            "une tablette",
            "un meuble ancien",
        ],
        price: (50, 1_400),
        opening: &[
            "Je vendais {objet} sur {plateforme} au prix de {prix}.",
            "(J’ai mis|J’avais mis) {objet} en vente sur {plateforme} et un acheteur m’a (contacté|écrit) (aussitôt|tout de suite|dans l’heure).",
            "Un (soi-disant|prétendu) acheteur m’a écrit pour {objet}, vu sur {plateforme}.",
        ],
        middle: &[
            "Il m’a (envoyé|transmis) un (faux mail|faux message|lien) (de paypal.com|de {plateforme}|de la banque) disant que j’étais (payé|payée).",
            "J’ai (envoyé|posté|expédié) le colis par {transporteur} (le jour même|le lendemain).",
            "Il fallait (soi-disant|d’après lui) (avancer|payer) (des frais d’assurance|des frais de coursier|une caution) (avec des coupons|par virement).",
            "Il (insistait|pressait) pour que (tout soit fait|l’envoi se fasse) (avant midi|dans la journée|le soir même).",
            "L’argent n’est jamais (arrivé|apparu) sur mon compte chez {banque}.",
        ],
        ending: &[
            "Le numéro ne répond plus.",
            "Je n’ai plus ni {objet} ni l’argent.",
            "Son compte sur {plateforme} a été (supprimé|fermé).",
            "(Je demande|Je souhaite) que cette personne soit (retrouvée|arrêtée).",
        ],
        said: [
            &[
                "(Bonjour|Bonsoir|Hello) {objet} est-il toujours (disponible|en vente) (je suis très intéressé|je le prends|je l’achète au prix affiché).",
                "(Bonjour|Salut) je suis (intéressée|preneur) pour {objet} (sans négocier|au prix|de suite).",
            ],
            &[
                "Je (suis|travaille) (en mer|à l’hôpital|de nuit) et (je ne peux pas|impossible de) venir, (un coursier|mon transporteur|un agent) passera (prendre|récupérer) le colis.",
                "Le paiement est (bloqué|retenu|en attente) (tant que|jusqu’à ce que) vous (n’avez pas|n’aurez pas) (réglé|avancé) l’assurance de (deux cents|cent cinquante|trois cents) euros.",
                "J’ai (fait|validé) le paiement (sécurisé|protégé), (regardez|vérifiez) vos (mails|courriels) et les indésirables aussi.",
            ],
            &[
                "Ces frais vous seront (rendus|remboursés) (intégralement|en totalité) avec le virement (principal|de la vente).",
                "Achetez (un coupon|une recharge) (au tabac|chez le buraliste) et (envoyez|donnez) moi le code (merci|svp|stp).",
                "Envoyez (le colis|le tout) à l’adresse que je vous ai (donnée|transmise), (c’est celle de ma mère|c’est un cadeau|c’est mon point relais).",
            ],
            &[
                "Je compte sur votre (sérieux|honnêteté|discrétion).",
                "(Merci d’avance|Merci beaucoup|Mille mercis) et (bonne journée|que Dieu vous garde|bien à vous).",
            ],
        ],
    },
    Scam {
        id: "false_rental",
        share: 10,
        objects: &[
            "un studio meublé",
            "une maison de vacances",
            "un deux-pièces",
            "un mobil-home",
            "un appartement près de la gare",
            "un gîte",
            "un chalet",
            "une colocation",
        ],
        price: (250, 2_200),
        opening: &[
            "(Nous avons|J’ai) (réservé|voulu louer) {objet} (trouvé|vu) sur {plateforme}.",
            "Une annonce sur {plateforme} proposait {objet} pour {prix} (la semaine|par mois|charges comprises).",
            "(Étudiant|Mutée|Pour mon fils), je cherchais {objet} à {ville}.",
        ],
        middle: &[
            "Le propriétaire disait (vivre à l’étranger|habiter en Irlande|être retenu loin) et (ne pouvoir faire visiter|que la visite se ferait après le dépôt).",
            "Il a demandé (le premier mois et la caution|des arrhes|un dépôt) (avant la visite|pour bloquer le logement|le jour même).",
            "J’ai (signé|reçu) un (faux bail|contrat) et (donné|envoyé) mes (papiers|fiches de paie|pièces d’identité).",
            "Sur place, (l’adresse existe mais le logement n’est pas à louer|personne ne connaît ce propriétaire|la gardienne a dit que nous n’étions pas les premiers).",
            "Les photos viennent (d’un autre site|d’un hôtel|d’une vieille annonce).",
        ],
        ending: &[
            "Nous sommes (sans logement|sans vacances|à la rue).",
            "Il ne (répond plus|décroche plus).",
            "L’annonce (a disparu|est toujours là sous un autre nom).",
            "J’ai (perdu|versé) {prix}.",
        ],
        said: [
            &[
                "(Bonjour|Bonjour Madame, Monsieur), {objet} est (libre|disponible) (aux dates demandées|dès la semaine prochaine|tout de suite).",
                "(Merci|Je vous remercie) de votre intérêt pour {objet}, (situé|qui se trouve) à {ville}, (calme|lumineux|refait à neuf).",
            ],
            &[
                "J’ai (hérité|acheté) ce logement pour (ma fille|mes études|mes vieux jours) mais je (vis|travaille) (désormais|maintenant) (à Dublin|à Genève|au Canada) et mon mari est (malade|hospitalisé|absent).",
                "J’ai été (déçue|trompé) par de (faux|mauvais) locataires qui ne sont (jamais|pas) venus, (voilà pourquoi|c’est pourquoi) je demande (une garantie|un dépôt|des arrhes).",
                "Les clés vous seront (remises|envoyées|apportées) par (un agent|mon notaire|une agence) dès (réception|confirmation) du (dépôt|virement).",
            ],
            &[
                "Le (virement|dépôt) se fait au nom de {payee}, (mon gestionnaire|mon représentant|ma sœur) (en France|sur place).",
                "(Merci de|Veuillez) m’envoyer (une pièce d’identité|vos trois dernières fiches de paie|un justificatif) (pour le bail|afin d’établir le contrat|par retour).",
                "Vous serez (remboursés|remboursé) (intégralement|sans condition) si le logement ne vous (convient|plaît) pas.",
            ],
            &[
                "Je (cherche|veux) des gens (calmes|soigneux|de confiance).",
                "(Bien à vous|Cordialement|Que Dieu vous bénisse).",
            ],
        ],
    },
    Scam {
        id: "hacked_account",
        share: 8,
        objects: &[
            "mon compte de messagerie",
            "mon compte sur un réseau social",
            "mon adresse électronique",
            "mon profil",
        ],
        price: (100, 1_500),
        opening: &[
            "(On a piraté|Quelqu’un a pris) {objet} (hier|dans la nuit|le week-end dernier).",
            "Mes (amis|proches|contacts) m’ont (prévenu|appelée) : {objet} leur (écrivait|demandait de l’argent).",
            "Je n’ai plus accès à {objet}.",
        ],
        middle: &[
            "Le pirate (a écrit|s’est adressé) à (tout mon carnet d’adresses|ma famille|mes collègues) en mon nom.",
            "Il demandait {prix} (en coupons|par virement|en cartes cadeaux) (pour une urgence|pour une opération|pour me dépanner).",
            "(Ma tante|Un ami|Une collègue) a (failli payer|payé|cru que c’était moi).",
            "Le (mot de passe|numéro de secours) a été changé.",
        ],
        ending: &[
            "J’ai (récupéré|retrouvé) mon compte (trois jours après|ce matin).",
            "Je n’ai toujours pas (récupéré|repris) le compte.",
            "J’ai (prévenu|averti) (tout le monde|mes contacts).",
        ],
        said: [
            &[
                "(Coucou|Bonjour|Salut) tu es (disponible|là|joignable) par (mail|message), je (ne peux pas|n’arrive pas à) téléphoner (en ce moment|pour l’instant).",
            ],
            &[
                "Je suis (atteint|opérée demain) d’un (cancer|souci grave) et je suis (tenue au secret|suivi à l’hôpital), (garde cela pour toi|n’en parle à personne).",
                "J’ai (un problème|un souci) avec ma carte et j’ai (besoin|urgence) de {prix} (jusqu’à lundi|d’ici ce soir|pour deux jours).",
                "Pourrais-tu m’(acheter|avancer) (quatre|trois|deux) (recharges|coupons|cartes) au (bureau de tabac|supermarché) le plus proche.",
            ],
            &[
                "Je te (rembourse|rends tout) (demain|dès ma sortie|lundi) (sans faute|promis).",
                "(Gratte|Prends en photo) les codes et (envoie-les|transmets-les) ici (même|directement).",
                "Écris-moi (seulement|plutôt) sur cette adresse, (l’autre|l’ancienne) ne (marche plus|fonctionne plus).",
            ],
            &[
                "(Merci de ton aide|Je compte sur toi|Merci infiniment).",
                "(Bises|À très vite|Je t’embrasse).",
            ],
        ],
    },
    Scam {
        id: "romance",
        share: 11,
        objects: &[
            "un ingénieur",
            "une infirmière",
            "un médecin militaire",
            "un veuf",
            "une étudiante",
            "un chef de chantier",
            "un acteur connu",
        ],
        price: (300, 18_000),
        opening: &[
            "J’ai (rencontré|connu) {objet} (sur un site de rencontre|sur un réseau social|par une application).",
            "Depuis (trois|cinq|huit) mois je (parle|discute) avec {objet} qui se fait appeler {nom}.",
            "(Je suis veuve|Je vis seul|Après mon divorce), j’ai fait confiance à {nom}.",
        ],
        middle: &[
            "Il devait (venir|me rejoindre) mais (a été bloqué à la douane|son passeport a été retenu|il a eu un accident).",
            "J’ai envoyé (plusieurs fois|à chaque fois plus) de l’argent, (en tout|soit) {prix}.",
            "Chaque (mois|semaine) il y avait (une nouvelle urgence|un nouveau problème) : (hôpital|avocat|billet d’avion).",
            "Il (pleurait|me suppliait|m’écrivait des poèmes) et me (promettait|jurait) de (rembourser|m’épouser).",
            "En cherchant ses photos, (ma fille|mon fils|une amie) a (vu|découvert) qu’elles (étaient volées|sont à un autre).",
        ],
        ending: &[
            "J’ai honte et je n’ai plus (rien|d’économies).",
            "Il me (relance|réclame) encore.",
            "J’ai (coupé|cessé) tout contact.",
            "J’ai (pris un crédit|vidé mon livret|emprunté à ma sœur).",
        ],
        said: [
            &[
                "Mon (amour|cœur|ange) depuis que je te (connais|parle) ma vie a (changé|pris un sens).",
                "Ma (chérie|reine|douce) je (pense|rêve) à toi (jour et nuit|à chaque instant|sans arrêt).",
            ],
            &[
                "Je suis (coincé|bloqué|retenu) sur (la plateforme|le chantier|la base) (en mer du Nord|en Turquie|au Bénin) et la (banque|compagnie) a (gelé|bloqué) mon compte.",
                "Mon (contrat|héritage|colis) de (deux millions|quatre cent mille|sept cent mille) euros sera (débloqué|libéré|versé) dès que la (taxe|caution|facture) est (payée|réglée).",
                "Ma fille (Grace|Élodie|Sarah) est à (l’hôpital|la clinique) et le médecin (refuse de|ne veut pas) l’opérer sans (une avance|un acompte).",
            ],
            &[
                "Envoie au nom de {payee}, (c’est mon avocat|c’est l’agent|c’est la comptable) (elle|il) s’occupe de tout.",
                "Ne (dis|raconte) rien à ta famille, (ils ne comprendraient pas|ils sont jaloux de nous|c’est notre secret).",
                "Je te (rendrai|rembourserai) au (double|centuple) dès mon (arrivée|retour) à (Paris|Lyon|Nice).",
            ],
            &[
                "Je t’aime (plus que tout|pour la vie|de tout mon être).",
                "(Bonne nuit|Réponds-moi vite) mon (trésor|bébé|âme sœur).",
            ],
        ],
    },
    Scam {
        id: "sextortion",
        share: 9,
        objects: &[
            "une jeune femme",
            "un profil très avenant",
            "une inconnue",
            "un garçon de mon âge",
        ],
        price: (80, 2_500),
        opening: &[
            "{objet} m’a (ajouté|contacté) (sur un réseau social|sur un site de discussion|hier soir).",
            "(On me fait chanter|Je suis menacé) après (un appel vidéo|une discussion) avec {objet}.",
            "J’ai (reçu|ouvert) un (mail|message) qui (menace|promet) de montrer des (images|vidéos) de moi.",
        ],
        middle: &[
            "On m’a (filmé|enregistré) (sans que je le sache|à mon insu).",
            "(Il menace|Ils menacent) d’envoyer la vidéo à (ma femme|mes parents|tous mes amis|mon employeur).",
            "La liste de mes (amis|contacts) était (copiée|affichée) pour me (faire peur|prouver qu’ils la tenaient).",
            "On me (demande|réclame) {prix} (sous deux heures|avant minuit|en trois fois).",
        ],
        ending: &[
            "J’ai (très peur|honte|peur pour mes études).",
            "J’ai (tout bloqué|fermé mes comptes).",
            "(Ils continuent|Il continue) à (appeler|écrire) la nuit.",
        ],
        said: [
            &[
                "(Écoute|Lis) bien (car|parce que) je ne le (dirai|répéterai) pas deux fois, j’ai (ta vidéo|tout filmé|tout enregistré).",
                "J’ai (piraté|infecté) ton (appareil|téléphone|ordinateur) (lors de|pendant) ta visite d’un site pour adultes.",
            ],
            &[
                "J’ai (la liste|copié la liste) de tes (amis|proches|contacts), de ta famille et de ton (travail|école|employeur).",
                "Mon (programme|logiciel) a (enregistré|capturé) ton (écran|visage) et ta (caméra|webcam) (en même temps|à la fois).",
                "Je (gâche|détruis) ta vie en (un clic|une minute) si tu (refuses|ne paies pas|fais le malin).",
            ],
            &[
                "Tu as (deux heures|quarante-huit heures|jusqu’à ce soir) pour (payer|envoyer) {prix} (et j’efface tout|et tu n’entends plus parler de moi|et c’est fini).",
                "La police ne (peut|pourra) rien, (je suis à l’étranger|personne ne me retrouvera|mes traces sont effacées).",
                "Si tu (bloques|me bloques|coupes) j’(envoie|publie) (tout de suite|dans la minute|à tout le monde).",
            ],
            &[
                "(Choisis bien|C’est ton choix|Ne joue pas avec moi).",
                "Le (compte à rebours|temps) a (commencé|déjà démarré).",
            ],
        ],
    },
    Scam {
        id: "ransomware",
        share: 5,
        objects: &[
            "mon ordinateur",
            "l’ordinateur familial",
            "mon disque de sauvegarde",
            "mon serveur de photos",
        ],
        price: (300, 1_900),
        opening: &[
            "(Ce matin|Hier soir|Samedi) (impossible d’ouvrir|je n’ai plus pu ouvrir) mes (photos|fichiers|documents) : {objet} est (bloqué|chiffré).",
            "(Un message|Une page) s’affiche sur {objet} et (demande|réclame) une rançon.",
            "Tous les fichiers de {objet} ont changé de nom.",
        ],
        middle: &[
            "J’avais (ouvert|cliqué sur) une pièce jointe (d’une facture|d’un colis|d’une relance).",
            "J’avais (installé|téléchargé) un logiciel (gratuit|trouvé sur un forum).",
            "Dix ans de photos de famille (sont perdus|étaient dessus).",
            "Un (ami|dépanneur) m’a dit de ne (rien toucher|pas payer).",
        ],
        ending: &[
            "Je n’ai pas de sauvegarde.",
            "J’ai débranché (la box|le câble|tout).",
            "J’ai gardé (une photo|une copie) du message.",
        ],
        said: [
            &[
                "Vos (fichiers|documents|dossiers) (ont été chiffrés|sont bloqués|sont verrouillés) par {enseigne}.",
                "{enseigne} : vos (données|documents), (photos|images) et bases sont (verrouillées|chiffrées) avec une clé (unique|militaire).",
            ],
            &[
                "Ne (renommez|modifiez|touchez) pas les fichiers, n’utilisez aucun (outil|logiciel) tiers, (vous les perdriez|la clé serait détruite|tout serait perdu).",
                "La seule (façon|manière) de (récupérer|retrouver) vos données est d’acheter notre (clé|logiciel) de déchiffrement.",
                "Nous avons (aussi|également) copié vos (papiers|mots de passe) et les (publierons|vendrons) si vous (refusez|tardez).",
            ],
            &[
                "Le prix est de {prix} en bitcoins, (doublé|multiplié par deux) après (trois|cinq) jours.",
                "Vous pouvez (tester|essayer) un fichier (gratuitement|sans frais) en nous (écrivant|contactant) avec votre identifiant.",
                "Après (paiement|confirmation) vous (recevrez|aurez) la clé sous (six|douze) heures, (notre réputation en dépend|nous tenons parole).",
            ],
            &[
                "Identifiant personnel ci-dessous, (conservez-le|ne le perdez pas).",
                "(Dépêchez-vous|Le temps passe|Faites vite).",
            ],
        ],
    },
];

/// How an identifier is told in a story.
pub(crate) const PHONE_TOLD: &[&str] = &[
    "Il m’appelait du {x}.",
    "(Son|Le) numéro (était|est) le {x}.",
    "Appel du {x} (plusieurs fois|vers 19 h|le soir).",
    "tel : {x}",
    "J’ai reçu des messages du {x}.",
];
pub(crate) const EMAIL_TOLD: &[&str] = &[
    "(Il écrivait|On m’écrivait) depuis {x}.",
    "(Son|L’) adresse mail : {x}.",
    "Les messages venaient de {x}.",
    "mail {x}",
];
pub(crate) const URL_TOLD: &[&str] = &[
    "(Le lien|Le site|L’adresse) : {x}",
    "C’était sur {x} (je crois|d’après l’historique|exactement).",
    "J’ai cliqué sur {x} .",
    "Voir {x}",
];
pub(crate) const IBAN_TOLD: &[&str] = &[
    "J’ai fait le virement sur {x}.",
    "(L’IBAN|Le compte|Le RIB) donné : {x}",
    "Compte bénéficiaire {x} au nom de {payee}.",
    "iban {x}",
];
pub(crate) const CRYPTO_TOLD: &[&str] = &[
    "(L’adresse|Le portefeuille) où payer : {x}",
    "Il fallait envoyer à {x}",
    "adresse crypto {x} .",
];
pub(crate) const HANDLE_TOLD: &[&str] = &[
    "Son compte {reseau} est @{x}.",
    "Sur {reseau} : @{x}",
    "Il a continué sur {reseau}, pseudo @{x}.",
];
pub(crate) const SAID: &[&str] = &[
    "Voici (son message|ce qu’il m’a écrit) : « {x} »",
    "Message reçu : {x}",
    "(Je recopie|Copie du message) : {x}",
    "Il m’a écrit : {x}",
];
/// Values that honest people share.
pub(crate) const ASIDE: &[&str] = &[
    "J’ai aussi signalé sur {plateforme}.",
    "Mon numéro est le {own_phone} si vous voulez me joindre.",
    "On m’a écrit sur mon adresse {own_email}.",
    "J’ai vérifié sur service-public.fr et cybermalveillance.gouv.fr.",
    "J’ai appelé {banque} (sans succès|longtemps|trois fois).",
    "Le suivi est sur {transporteur} mais (vide|faux).",
    "J’ai contesté sur paypal.com.",
    "(Merci de|Pouvez-vous) faire quelque chose.",
    "J’habite à {ville}.",
    "C’était le {jour}.",
];
pub(crate) const PLATFORMS: &[&str] = &[
    "leboncoin.fr",
    "vinted.fr",
    "facebook.com",
    "ebay.fr",
    "lacentrale.fr",
    "pap.fr",
];
pub(crate) const RENTAL_PLATFORMS: &[&str] = &[
    "leboncoin.fr",
    "airbnb.fr",
    "abritel.fr",
    "pap.fr",
    "seloger.com",
    "facebook.com",
];
pub(crate) const BANKS: &[&str] = &[
    "Crédit Agricole",
    "la Banque Postale",
    "BNP Paribas",
    "Caisse d’Épargne",
    "credit-agricole.fr",
    "Crédit Mutuel",
    "LCL",
    "Boursorama",
    "labanquepostale.fr",
    "la Société Générale",
];
pub(crate) const CARRIERS: &[&str] = &[
    "Chronopost",
    "Mondial Relay",
    "Colissimo",
    "chronopost.fr",
    "mondialrelay.fr",
    "DHL",
    "laposte.fr",
];
pub(crate) const GIVEN: &[&str] = &[
    "Marie",
    "Jean",
    "Camille",
    "Lucas",
    "Nathalie",
    "Philippe",
    "Léa",
    "Hugo",
    "Isabelle",
    "Michel",
    "Chloé",
    "Antoine",
    "Sylvie",
    "Thomas",
    "Manon",
    "Karim",
    "Fatima",
    "Mehdi",
    "Inès",
    "Patrick",
    "Christine",
    "Julien",
    "Sarah",
    "Nicolas",
    "Aurélie",
    "Bernard",
    "Monique",
    "Yanis",
    "Élise",
    "Gaëlle",
];
pub(crate) const FAMILY: &[&str] = &[
    "Martin",
    "Bernard",
    "Dubois",
    "Thomas",
    "Robert",
    "Petit",
    "Durand",
    "Leroy",
    "Moreau",
    "Simon",
    "Laurent",
    "Lefebvre",
    "Michel",
    "Garcia",
    "David",
    "Bertrand",
    "Roux",
    "Vincent",
    "Fournier",
    "Morel",
    "Girard",
    "André",
    "Mercier",
    "Dupont",
    "Lambert",
    "Bonnet",
    "François",
    "Martinez",
    "Legrand",
    "Garnier",
    "Faure",
    "Rousseau",
    "Blanc",
    "Guérin",
    "Muller",
    "Henry",
    "Roussel",
    "Nicolas",
    "Perrin",
    "Morin",
    "Mathieu",
    "Clément",
    "Gauthier",
    "Dumont",
    "Lopez",
    "Fontaine",
    "Chevalier",
    "Robin",
    "Masson",
    "Sanchez",
];
pub(crate) const PROFESSIONS: &[&str] = &[
    "retraité",
    "employée de bureau",
    "étudiante",
    "artisan",
    "infirmière",
    "sans emploi",
    "cadre",
    "enseignant",
    "chauffeur",
    "vendeuse",
];
/// What shops, firms and malware call themselves, in two halves.
pub(crate) const NAME_HEADS: &[&str] = &[
    "Eco", "Mega", "Ultra", "Bois", "Nova", "Prime", "Alpi", "Lux", "Direct", "Optima", "Vita",
    "Royal", "Atlas", "Zen", "Clic", "Fast", "Maxi", "Terra", "Sun", "Iris", "Oceo", "Turbo",
    "Bleu", "Delta",
];
pub(crate) const NAME_TAILS: &[&str] = &[
    "Store", "Market", "Discount", "Shop", "Confort", "Mobili", "Tech", "Invest", "Rent", "Home",
    "Outlet", "Sport", "Plus", "Express", "Select", "Center", "Group", "Stock", "Lock", "Crypt",
    "Deal", "Factory",
];
/// What a witness writes to the desk for unlawful content.
pub(crate) const SEEN: &[&str] = &[
    "(Site|Page) (frauduleux|suspect) qui (imite|copie) une (boutique|banque) et (demande|fait) de payer par virement.",
    "(J’ai vu|Je signale) une (annonce|publicité) (mensongère|frauduleuse) pour {objet} à {prix}, (plusieurs personnes|des gens) disent n’avoir rien reçu.",
    "(Profil|Compte) (faux|louche) qui (demande|réclame) de l’argent à (tout le monde|des personnes seules|des inconnus).",
    "(Un proche|Mon voisin|Ma mère) a (failli payer|été démarché) par (ce site|cette personne), (je préfère|je tiens à) le signaler.",
];
pub(crate) const UNLAWFUL: &[(&str, &str, &[&str])] = &[
    (
        "trafficking",
        "drugs",
        &[
            "(Compte|Canal) qui (propose|vend) des (produits|stupéfiants) avec (livraison|menu et tarifs) (à {ville}|le soir|par la poste).",
            "(Une annonce|Un profil) vend de la (drogue|résine) (ouvertement|sans se cacher) (avec des photos|avec les prix).",
        ],
    ),
    (
        "discrimination",
        "racial_hatred",
        &[
            "(Commentaires|Messages) (haineux|racistes) (sous une vidéo|dans un groupe public|répétés depuis une semaine).",
            "(Publication|Vidéo) qui (appelle à la haine|insulte un groupe entier) en raison de (son origine|sa religion).",
        ],
    ),
    (
        "animals",
        "",
        &[
            "Vidéo d’un animal (maltraité|frappé) (pour amuser|avec des rires) et (partagée|diffusée) par ce compte.",
            "(Quelqu’un|Un compte) montre des (coups|sévices) sur un (chien|chat).",
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_is_closed_and_every_share_is_given() {
        let stories = SCAMS.iter().flat_map(|scam| {
            [scam.opening, scam.middle, scam.ending]
                .into_iter()
                .chain(scam.said)
                .flatten()
        });
        let told = [
            PHONE_TOLD,
            EMAIL_TOLD,
            URL_TOLD,
            IBAN_TOLD,
            CRYPTO_TOLD,
            HANDLE_TOLD,
            SAID,
            ASIDE,
            SEEN,
        ];
        let unlawful = UNLAWFUL.iter().flat_map(|(_, _, texts)| *texts);
        let mut random = Random::of(1, 1);
        for template in stories.chain(told.into_iter().flatten()).chain(unlawful) {
            let spun = spin(template, &mut random);
            assert!(!spun.contains(['(', ')', '|']), "{spun}");
            assert_eq!(
                spun.matches('{').count(),
                spun.matches('}').count(),
                "{spun}"
            );
        }
        assert_eq!(SCAMS.iter().map(|scam| scam.share).sum::<u64>(), 100);
    }

    #[test]
    fn a_choice_takes_each_of_its_words() {
        let mut random = Random::of(3, 1);
        let seen: std::collections::BTreeSet<String> =
            (0..50).map(|_| spin("x(a||c)y", &mut random)).collect();
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), ["xay", "xcy", "xy"]);
    }
}
