# Le site public.

## Partout
optional = (facultatif)
choose = Choisir
continue = Continuer
begin = Commencer
remove = Retirer
copy = Copier
copied = Copié
error-prefix = Erreur :
error-line = { $label } – { $message }
labelled = { $label } : { $text }
summary-title = { $count ->
    [one] Une réponse est à revoir
   *[other] { $count } réponses sont à revoir
  }
summary-kept = Tout ce que vous avez écrit est encore là.
duration-minutes = { $count } minutes
duration-hours = { $count ->
    [one] 1 heure
   *[other] { $count } heures
  }
duration-days = { $count ->
    [one] 1 jour
   *[other] { $count } jours
  }
duration-years = { $count ->
    [one] 1 an
   *[other] { $count } ans
  }
size-bytes = { $count } o
size-kilobytes = { $count } ko
size-megabytes = { $count } Mo

## Formulaires qui ne se lisent pas
form-too-large-title = Cet envoi est trop volumineux
form-too-large-text = Il n’a pas été enregistré. Ce que vous aviez enregistré avant est toujours là : revenez en arrière, raccourcissez le texte ou joignez-le en fichier, puis réessayez.
form-not-text-title = Ce texte ne se lit pas
form-not-text-text = Il contient des caractères que nous ne pouvons pas lire (le texte attendu est en UTF-8). Il n’a pas été enregistré. Ce que vous aviez enregistré avant est toujours là : revenez en arrière et écrivez-le de nouveau.
form-cut-title = L’envoi a été coupé
form-cut-text = La connexion s’est arrêtée avant la fin, et cet envoi n’a pas été enregistré. Ce que vous aviez enregistré avant est toujours là : revenez en arrière et réessayez.

## Accueil
home-title = Signaler ou porter plainte en ligne
home-heading = Que vous est-il arrivé ?
home-lead = Dites-le ici, en quelques minutes, sans compte. Vous repartez avec un récépissé.
lane-title = Une vie est en danger ? N’écrivez pas : appelez
number-17 = police, gendarmerie
number-112 = urgences en Europe
number-114 = par SMS, sans parler
number-15 = urgence médicale
number-3114 = prévention du suicide
number-119 = enfance en danger
home-begin = Commencer ici
home-draft = Une déclaration commencée vous attend, jusqu’au { $day }.
home-draft-resume = Reprendre ma déclaration
home-requests = Vous avez une demande
home-after = Vous avez déjà commencé ou envoyé
home-follow = Suivre ma déclaration
home-follow-text = Où elle en est, les messages du service, ajouter des éléments, la retirer.
home-resume = Reprendre un brouillon
home-resume-text = Avec le code de reprise, depuis n’importe quel appareil.
promise-title = Ce à quoi nous nous tenons
promise-receipt = Un récépissé qui prouve, même sans nous, que votre envoi existe toujours.
promise-account = Pas de compte, pas de traceur, votre adresse IP n’est pas conservée.
promise-read = Chaque envoi a un délai de lecture, et les chiffres sont publics.

## Guichet
track-report = Faire un signalement
track-report-text = Vous dites ce que vous avez vu ou subi. Votre nom n’est pas nécessaire.
track-complaint = Porter plainte
track-complaint-text = Vous demandez une enquête, en votre nom. Il faut être majeur et dire qui vous êtes.
track-declaration = Faire une déclaration
track-declaration-text = Vous remplissez une obligation de déclarer, pour un organisme.
track-request = Faire une demande
track-request-text = Vous demandez quelque chose au service, et vous recevez une réponse.
track-choose = Que voulez-vous faire ?
track-choose-error = Choisissez ce que vous voulez faire.
need-title = Avant de commencer
need-time = Comptez 5 à 20 minutes. Vos réponses s’enregistrent à chaque page ; vous pouvez vous arrêter et reprendre.
need-have = Si vous les avez, gardez près de vous : adresses de sites, comptes, numéros, IBAN, captures d’écran, relevés.
need-empty = Il vous manque quelque chose ? Laissez vide, vous pourrez compléter plus tard.
need-read = Quelqu’un doit vous avoir lu sous { $within }.
retention-received = { $time } après la réception
retention-last-act = { $time } après le dernier échange
need-kept = La durée de conservation prévue est de { $within }.
steps-title = Les étapes
steps-some = Certaines étapes ne vous seront pas demandées, selon vos réponses.
kinds-title = Ce que l’on dit ici
elsewhere-title = Ce que ce guichet ne peut pas traiter, et où aller
start-draft = Un brouillon est déjà ouvert sur cet appareil (« { $desk } », jusqu’au { $day }).
start-draft-other = Si vous commencez autre chose, notez d’abord son code de reprise :
not-begun-title = La déclaration n’a pas pu être ouverte
not-begun-text = Rien n’a été enregistré. Réessayez dans quelques minutes. En cas d’urgence, appelez le 17 ou le 112.
criteria-link = Dans quel ordre sommes-nous lus ?
criteria-title = L’ordre de lecture
criteria-lead = Ces critères décident seulement de qui est lu en premier. Tout est lu. Les points s’ajoutent ; une personne peut toujours changer l’ordre.
criteria-urgent = Lu tout de suite, devant tous les autres
criteria-points = Ce qui fait passer avant
criteria-what = Critère
criteria-within = Lu sous
criteria-adds = Points

## Questions
step-of = Étape { $number } sur { $steps }
new-question = nouvelle question
appeared-title = { $count ->
    [one] Une nouvelle question, d’après votre réponse
   *[other] { $count } nouvelles questions, d’après vos réponses
  }
appeared-text = Vos réponses sont enregistrées. Il reste à répondre à :
appeared-live = De nouvelles questions sont apparues.
answer-yes = Oui
answer-no = Non
answer-none = Sans réponse
hint-date = Par exemple 14/03/2026 ou 14 mars 2026.
hint-commune = Nom de la commune, et son département s’il y en a plusieurs : Saint-Denis (93).
hint-email = Par exemple nom@exemple.example.
hint-phone = Avec l’indicatif si le numéro est étranger : +44…
hint-iban = Il commence par deux lettres, FR pour la France. Les espaces ne comptent pas.
moment-date = Jour
moment-time = Heure (de Paris), si vous la savez
moment-about-box = C’est approximatif
moment-at = { $date } à { $time }
moment-about = vers le { $moment }
money-amount = Montant
money-currency = Monnaie
handle-platform = Plateforme
handle-name = Nom du compte
add-entry = Ajouter : { $item }
remove-entry = Retirer : { $item }
back-step = Revenir
back-start = Revenir au début
save-later = Enregistrer et continuer plus tard
no-script = Selon vos réponses, « Continuer » peut réafficher cette page avec de nouvelles questions.
saving = Enregistrement…
saved-at = Vos réponses sont enregistrées.
saving-failed = NON enregistré : la connexion ou le service ne répond pas. Vos réponses sont encore dans cette page ; nous réessayons.
not-saved-title = Vos réponses ne sont PAS enregistrées
not-saved-text = Le service n’a pas pu les garder. Revenez en arrière : elles sont peut-être encore dans la page. Réessayez dans quelques minutes.
not-saved-here = Le service n’a pas pu les garder. Elles sont encore dans cette page : ne la fermez pas, et réessayez dans quelques minutes.

## Fichiers
files-none = Aucun fichier pour l’instant.
files-choose = Choisir des fichiers
files-add = Joindre les fichiers choisis
file-sending = Envoi de
file-cancel = Annuler
file-cancelled = annulé
file-failed = n’a pas été envoyé. Réessayez.
file-too-large = « { $name } » dépasse { $megabytes } Mo et n’a pas été gardé. Le reste est enregistré.
file-too-many = « { $name } » n’a pas été gardé : trop de fichiers à la fois.
file-empty = « { $name } » est vide et n’a pas été gardé.
file-wrong-type = « { $name } » n’a pas été gardé : son contenu n’est pas ce que son nom annonce, ou c’est un programme. Le reste est enregistré.
file-not-kept = « { $name } » n’a PAS été enregistré : le service n’a pas pu le garder. Réessayez dans quelques minutes.

## Brouillon
draft-title = Votre brouillon
draft-until = Vos réponses sont gardées jusqu’au { $day }.
draft-code = Code de reprise
draft-code-help = Notez-le : il rouvre ce brouillon sur n’importe quel appareil. Toute personne qui l’a peut le lire.
draft-page-title = Votre brouillon est enregistré
draft-page-lead = « { $desk } » : vos réponses sont gardées jusqu’au { $day }. Rien n’est encore envoyé.
draft-drop = Effacer ce brouillon et toutes ses réponses
draft-not-dropped-title = Le brouillon n’a PAS été effacé
draft-not-dropped-text = Le service n’a pas pu le faire. Réessayez dans quelques minutes.

## Urgence et orientation
urgent-ready = Vous pouvez envoyer tout de suite ce que vous avez dit, et compléter ensuite.
urgent-send = Envoyer tout de suite ce que j’ai dit
urgent-not-ready = Vous pouvez envoyer sans tout remplir.
urgent-review = Aller directement à l’envoi
way-other-desk = Aller à ce guichet
way-away = Aller sur ce site
stop-title = Ce n’est pas le bon guichet
stop-kept = Vos réponses sont gardées. Rien n’a été envoyé.
stop-change = Revoir mes réponses

## Relecture et envoi
review-title = Relire et envoyer
review-lead = Rien n’est encore envoyé. Relisez, changez ce qu’il faut, puis envoyez.
review-missing-short = À compléter
review-missing = { $count ->
    [one] Il manque une réponse avant d’envoyer
   *[other] Il manque { $count } réponses avant d’envoyer
  }
review-change = Modifier
review-empty = Rien n’a été répondu ici.
who-title = Qui lira
who-reads = Les agents du service de ce guichet, et ceux de l’unité à qui votre dossier sera confié.
who-identity = Votre nom et vos coordonnées sont chiffrés à part. Ils ne servent jamais à rapprocher les dossiers.
statement-title = Ce que vous déclarez
statement-report = En envoyant, vous déclarez que ce que vous dites est vrai à votre connaissance. Dénoncer sciemment des faits faux est puni par la loi.
statement-complaint = En envoyant, vous portez plainte en votre nom et déclarez que ce que vous dites est vrai à votre connaissance. Dénoncer sciemment des faits faux est puni par la loi.
send-report = Envoyer ma déclaration
send-complaint = Envoyer ma plainte
sending = Envoi en cours, ne fermez pas cette page…
not-received-title = Votre déclaration n’a PAS été reçue
not-received-text = Le service n’a pas pu l’enregistrer. Vos réponses sont toujours dans votre brouillon. Réessayez maintenant ou plus tard. En cas d’urgence, appelez le 17 ou le 112.
not-received-retry = Réessayer d’envoyer
not-received-review = Revoir mes réponses
not-received-once = Réessayer ne risque rien : votre envoi ne sera compté qu’une fois.

## Récépissé
receipt-title = Récépissé
receipt-heading = Votre déclaration est reçue
receipt-heading-complaint = Votre plainte est reçue
receipt-received = « { $desk } », reçue le { $moment } (heure de Paris), enregistrée durablement.
receipt-code-title = Votre code de suivi
receipt-code-text = Copiez-le ou imprimez cette page. Il est le seul moyen de suivre votre déclaration, et nous ne pouvons pas vous le redonner. Ne le montrez à personne.
receipt-file-title = Votre preuve
receipt-file-text = Gardez ce fichier avec votre code. Il prouve que votre envoi est inscrit au registre, même si nous disions le contraire. Il ne contient ni votre nom ni ce que vous avez écrit.
receipt-download = Télécharger le récépissé
receipt-verify-title = Comment vérifier cette preuve
receipt-verify-text = Votre envoi est inscrit à la place { $index } du registre public. Le programme orfevre vérifie le fichier sans connexion, avec la clé publiée :
receipt-next-title = Et maintenant
receipt-next-read = Un agent doit l’avoir lue au plus tard le { $moment }.
receipt-next-linked = Elle est rapprochée de ce que d’autres ont déclaré, puis confiée au service compétent.
receipt-next-answer = Vous lisez la suite, et vous pouvez répondre, sur la page de suivi.
receipt-follow = Voir le suivi

## Suivi
follow-title = Suivre ma déclaration
follow-lead = Entrez le code de suivi de votre récépissé.
follow-open = Ouvrir le suivi
follow-instead = Vous n’aviez pas fini ? Reprendre un brouillon
resume-title = Reprendre un brouillon
resume-lead = Entrez le code de reprise affiché pendant que vous répondiez.
resume-open = Reprendre
resume-instead = Vous aviez déjà envoyé ? Suivre ma déclaration
code-tracking = Code de suivi
code-resume = Code de reprise
code-help = 28 lettres et chiffres, en sept groupes de quatre. Majuscules, espaces et tirets ne comptent pas.
code-wrong-title = Ce code n’ouvre rien
code-wrong = Vérifiez chaque groupe : une lettre manque ou est fausse, ou le délai du brouillon est passé.
code-lost = Sans code, personne ne peut ouvrir la page, même nous. Vous pouvez faire une nouvelle déclaration.
submission-title = Où en est ma déclaration
submission-received = reçue le { $moment }
submission-state = État
submission-unit = Service
submission-deadline = Délai
submission-deadline-text = un agent doit l’avoir lue au plus tard le { $moment }
submission-withdrawing = Votre retrait est reçu ; l’état change dans un instant.
submission-more = Autres actions
submission-receipt = Revoir le code et télécharger le récépissé
messages-title = Messages
messages-none = Aucun message pour l’instant.
message-you = Vous
message-facts = Vous, éléments ajoutés
message-withdrawal = Vous, retrait
message-service = Le service
message-label = Écrire au service
message-send = Envoyer le message
message-empty = Écrivez quelque chose avant d’envoyer.
message-too-long = Raccourcissez ce texte : { $most } caractères au plus.
facts-title = Ajouter des éléments
facts-text = Un fait nouveau, un paiement, une adresse, un fichier : ce que vous ajoutez est aussi rapproché.
facts-label = Ce que vous voulez ajouter
facts-send = Ajouter
later-received = C’est reçu et inscrit au registre.
later-not-sent = Rien n’a été envoyé
later-not-received = Ce que vous avez écrit n’a PAS été reçu. Il est encore dans cette page : réessayez dans quelques minutes.
withdraw-report = Retirer mon signalement
withdraw-complaint = Retirer ma plainte
withdraw-report-effect = Le service ne traitera plus votre signalement.
withdraw-complaint-effect = Vous renoncez à demander une enquête pour vous. Le procureur peut tout de même poursuivre : retirer une plainte n’arrête pas toujours la procédure.
withdraw-kept = Ce retrait est inscrit au registre. Ce qui a déjà été fait n’est pas défait, et vous ne pourrez pas annuler le retrait ; vous pourrez faire une nouvelle déclaration.
withdraw-reason = Pourquoi, si vous voulez le dire
withdraw-confirm = Retirer définitivement
withdraw-keep = Ne pas retirer
follow-close = Fermer le suivi sur cet appareil
follow-half-hour = Le suivi se ferme seul au bout d’une demi-heure.

## Chiffres
figures-title = Les chiffres, en ce moment
figures-lead = Tout ce qui a été reçu est quelque part, et la somme doit tomber juste : la différence est toujours zéro.
figures-total = Ensemble, le { $moment }
figures-state = État
figures-count = Nombre
figures-waiting = Reçues à l’instant, pas encore lues par la machine
figures-queued = En attente d’un agent
figures-quarantined = Mises de côté
figures-assigned = En cours de traitement
figures-closed = Closes
figures-withdrawn = Retirées
figures-received = Reçues en tout
figures-difference = Différence
figures-wrong = La somme ne tombe pas juste en ce moment. Si cela dure, c’est une faute du service, et elle se voit ici.
figures-desks = Par guichet
figures-desk = Guichet

## Registre
ledger-lead = Chaque envoi ajoute une ligne à un registre que l’on ne peut ni effacer ni réécrire sans que cela se voie.
ledger-how = Une ligne est une empreinte mêlée à un secret tiré au hasard : le registre ne dit rien à personne, sauf à qui tient le récépissé. Effacer vos données n’abîme pas le registre.
ledger-check = Vérifier un récépissé
ledger-check-1 = Prenez le fichier .tlog-proof que vous avez gardé.
ledger-check-2 = Prenez la clé publique ci-dessous, mieux encore d’une source qui n’est pas nous.
ledger-check-3 = Lancez le programme orfevre ; il travaille sans connexion.
ledger-key = Clé publique
ledger-checkpoint = Point de contrôle signé
ledger-size = Le registre compte { $size } lignes.
ledger-empty = Le registre est encore vide.
ledger-programs = Pour les programmes
ledger-programs-text = Le registre suit les formats publics C2SP tlog-tiles, checkpoint et tlog-proof. Tout le monde peut le copier et le surveiller :

## Données personnelles
privacy-lead = Nous demandons le moins possible, et nous disons ce que nous gardons.
privacy-what = Ce qui est gardé
privacy-answers = Vos réponses et vos fichiers, tels que vous les donnez.
privacy-identity = Votre nom et vos coordonnées, si vous les donnez : chiffrés à part, avec une clé par déclaration.
privacy-address = Pas votre adresse IP, ni rien sur votre appareil.
privacy-draft = Un brouillon est chiffré avec son code de reprise et ne s’ouvre plus { $count } jours après la dernière modification.
privacy-ledger = Le registre public ne contient aucune donnée personnelle, seulement des empreintes.
privacy-who = Qui lit
privacy-who-text = Les agents du guichet et de l’unité saisie.
privacy-long = Combien de temps
privacy-desk = { $desk } : la durée prévue est de { $within }.
privacy-cookies = Cookies
privacy-cookies-text = Seulement ceux que vous faites naître : le brouillon ouvert, le suivi ouvert, la couleur choisie. Aucun n’est lu par un autre site, aucun ne vous suit.
privacy-rights = Vos droits
privacy-rights-text = Vous pouvez demander ce que nous gardons, le faire corriger, et dans les limites de la loi le faire effacer : écrivez au service depuis la page de suivi. L’organisme qui installe ce site indique ici son délégué à la protection des données et l’autorité de contrôle.

## Accessibilité
accessibility-lead = Ce site veut servir à tous. Voici ce qui est fait, et ce qui n’est pas encore vérifié.
accessibility-done = Ce qui est fait
accessibility-script = Tout fonctionne sans script, dans les deux langues, sur un petit écran.
accessibility-keyboard = Tout se fait au clavier ; chaque erreur mène à sa question.
accessibility-colours = Clair, sombre, ou comme votre appareil ; les contrastes sont calculés pour les deux.
accessibility-automatic = Des contrôles automatiques passent sur chaque page à chaque changement.
accessibility-not = Ce qui n’est pas encore fait
accessibility-audit = Aucun audit de conformité (RGAA, WCAG 2.2) n’a été fait. Des contrôles automatiques ne valent pas conformité : nous ne la déclarons donc pas.
accessibility-trouble = Une difficulté ?
accessibility-trouble-text = Dites-le au service qui tient ce site. En cas d’urgence, le 114 répond par SMS, par écrit, en vidéo et en langue des signes.
submission-looks = Consultations
submission-looks-count = { $count ->
    [0] aucune par un agent
    [one] { $n } fois par un agent
   *[other] { $n } fois par des agents
  }
submission-looks-text = Chaque fois qu’un agent ouvre votre déclaration, c’est inscrit avec son motif. Vous voyez combien de fois, pas par qui.

vouch-title = Votre identité avec { $provider }
vouch-text = Au lieu d’écrire votre nom et votre date de naissance, vous pouvez demander à { $provider } de les donner. Ce n’est pas obligatoire. { $provider } saura que vous remplissez une plainte ici, rien de ce que vous écrivez.
vouch-go = Continuer avec { $provider }
vouch-done = { $provider } a donné votre nom et votre date de naissance. Si vous les changez, ils ne seront plus confirmés.
vouch-leaving = Ce que vous avez écrit est enregistré. Vous allez sur le site de { $provider }, puis vous reviendrez ici.
vouch-leave = Aller sur le site de { $provider }
vouch-stay = Rester ici et écrire moi-même
vouch-arrived = { $provider } a dit qui vous êtes :
vouch-fill = Reprendre ma plainte avec ces informations
vouch-failed-title = { $provider } n’a pas confirmé votre identité
vouch-late-title = Cette confirmation n’est plus valable
vouch-failed-text = Rien n’a changé dans ce que vous avez écrit. Reprenez votre plainte : vous pouvez écrire votre nom vous-même, ou essayer de nouveau.
