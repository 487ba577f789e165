# Referral and joint work.
ref-nav = Travail conjoint
ref-title = Travail conjoint
ref-none = Aucun autre service n’y prend part.
ref-link = Voir le travail conjoint
ref-link-ask = Demander à un autre service
ref-link-answer = Répondre à la demande
ref-changed = Quelqu’un d’autre a été plus rapide : voici où cela en est maintenant. Rien de ce que vous avez envoyé n’a été fait.
ref-closed = Ce dossier est clos : plus rien n’y attend de réponse.
ref-asked-at = Demandé
ref-due = Réponse attendue avant le
ref-held-by = Suivi par
ref-authority = Autorité judiciaire
ref-authority-hint = Nécessaire pour agir d’initiative ; ailleurs, celle qui a donné son accord, s’il en faut un.
ref-parts = Ce qui est montré
ref-parts-hint = Les faits le sont toujours. Avant qu’il ait accepté, le service ne voit que les faits.
ref-parts-wanted = Ce que vous demandez à voir
ref-parts-wanted-hint = Les faits, et ce que vous cochez. Le service qui dirige décide.
ref-outcome = Ce qui en est résulté
ref-form = Forme
ref-form-assistance = il aide, vous gardez la direction
ref-form-joint = il enquête avec vous, vous gardez la direction
ref-form-transfer = il prend la direction, votre service ne voit plus rien
ref-form-initiative = il demande de lui-même à prendre part
ref-part-facts = les faits
ref-part-exhibits = les pièces
ref-part-identity = l’identité des personnes
ref-part-notes = les notes des agents
ref-part-messages = les messages avec la personne
ref-standing-asked = en attente
ref-standing-accepted = en cours
ref-standing-refused = refusé
ref-standing-withdrawn = retiré
ref-standing-returned = rendu
ref-standing-ended = terminé
ref-standing-superseded = sans objet
ref-acknowledge = Accuser réception
ref-accept = Accepter
ref-refuse = Refuser
ref-refuse-hint = Le service qui demande lit ce motif. Vous ne verrez plus rien du dossier.
ref-end = Terminer
ref-end-hint = Ce texte revient au service qui a demandé. Vous ne verrez plus rien du dossier, sauf si vous le dirigez.
ref-return = Rendre le dossier
ref-return-hint = Après un dessaisissement, la direction revient au service d’avant.
ref-show = Changer ce qui est montré
ref-withdraw = Retirer la demande
ref-withdraw-hint = Le service demandé ne verra plus rien.
ref-ask-title = Demander à un autre service
ref-proposed = Services que les règles de compétence proposent, et pourquoi :
ref-units-proposed = Proposés
ref-units-others = Autres services
ref-ask = Demander
ref-drop = Retirer
ref-to-answer = À répondre par votre service
ref-to-answer-none = Rien n’attend votre réponse.
ref-asked = Demandé par votre service
ref-asked-none = Rien n’attend la réponse d’un autre service.
ref-running = En cours
ref-running-none = Aucun travail conjoint en cours.
ref-ended = Terminé, refusé, rendu
ref-ended-none = Rien encore.
ref-more = Seuls les premiers sont montrés.
ref-column-number = Déclaration
ref-column-unit = Service appelé
ref-column-lead = Service qui dirige
ref-column-with = Chez
ref-column-standing = État et motif
ref-initiative-title = Agir d’initiative
ref-initiative-text = Vous connaissez le numéro d’une déclaration qu’un autre service traite : demandez à y prendre part, avec l’accord d’une autorité judiciaire. Rien ne vous dit si ce numéro existe avant que le service qui la dirige ait accepté.
ref-count-to-answer = { $n } à répondre par votre service
ref-count-asked = { $n } en attente d’un autre service
ref-count-running = { $n } en cours
ref-count-late = { $count ->
    [one] { $count } réponse en retard
   *[other] { $count } réponses en retard
}
ref-error-form = Choisissez une forme.
ref-error-due = Donnez un jour à venir.
ref-error-authority = Nommez l’autorité judiciaire qui a donné son accord.
ref-error-already = Ce service dirige le dossier, y prend part ou a déjà été appelé.
ref-error-cannot = Ce n’est pas possible là où en est cette demande.
ref-error-asked = Votre service l’a déjà demandé : attendez la réponse.
ref-error-many = { $most } demandes de votre service attendent déjà une réponse.
ref-error-yours = Votre service la voit déjà.
ref-act-ask = appelle un service
ref-act-acknowledge = accuse réception
ref-act-accept = accepte la demande
ref-act-refuse = refuse la demande
ref-act-withdraw = retire la demande
ref-act-show = change ce qui est montré
ref-act-return = rend le dossier
ref-act-end = termine sa part
ref-look-refer = appelle un service
ref-look-answer = répond à une demande
ref-look-return = rend un dossier ou le termine
ref-look-ask = demande à prendre part

# --- A copy for a body outside ---
ref-link-handover = Remettre une copie à un organisme extérieur
ref-handover-title = Copie pour un organisme extérieur
ref-handover-waits = issue attendue
ref-handover-struck = { $count ->
    [0] Rien de l’identité n’y a été trouvé.
    [one] { $count } passage qui répète l’identité a été remplacé par […].
   *[other] { $count } passages qui répètent l’identité ont été remplacés par […].
}
ref-choose = Préparer une copie
ref-choose-text = La copie contient les réponses et les éléments techniques, sans l’identité, les messages, les notes ni le nom d’un agent. Elle est chiffrée pour l’organisme seul ; vous la téléchargez et la portez par la voie indiquée.
ref-body = Organisme
ref-bodies-none = Aucun organisme n’est configuré.
ref-exhibits-hint = Une pièce part telle qu’elle est : ouvrez-la d’abord, elle peut nommer quelqu’un.
ref-preview = Voir ce qui partira
ref-preview-title = Ce qui partira vers { $body }
ref-preview-text = Lisez tout : un surnom ou un lieu peut désigner quelqu’un.
ref-confirm = J’ai lu ce qui part, et cela peut partir.
ref-channel = Voie : { $channel }.
ref-send = Chiffrer et télécharger
ref-sent = Copies remises
ref-outcome-title = Consigner l’issue
ref-outcome-of = De quelle copie
ref-outcome-person = Ce que lira la personne (facultatif)
ref-outcome-person-hint = En mots simples, sans nommer personne. Elle le lit sur sa page de suivi.
ref-outcome-keep = Consigner
ref-error-body = Choisissez un organisme.
ref-error-exhibits = Cet organisme ne reçoit pas de pièces.
ref-error-large = Les pièces choisies dépassent { $most } Mo.
ref-error-recipient = La clé de cet organisme ne peut pas servir : prévenez l’administrateur.
ref-error-preview = La déclaration a changé depuis l’aperçu : relisez ce qui partira.
ref-error-confirm = Confirmez que vous avez lu ce qui part.
ref-error-reference = Choisissez une copie.
ref-error-outcome = Dites ce qui en est résulté.
ref-act-handover = remet une copie à
ref-act-outcome = consigne l’issue de
ref-look-export = prépare ou remet une copie
ref-look-outcome = suit les copies remises

wb-close-despite = Clore malgré ce qui est en cours avec d’autres services ; ils lisent le motif
wb-error-running = { $count ->
    [one] Une demande à un autre service n’est pas terminée : terminez-la, retirez-la, ou cochez la case et dites pourquoi.
   *[other] { $count } demandes à d’autres services ne sont pas terminées : terminez-les, retirez-les, ou cochez la case et dites pourquoi.
}
wb-bulk-running = une demande à un autre service n’est pas terminée

ref-copies = Copies remises, sans suite connue
ref-given-at = Remise le
ref-outcome-due = Une suite est attendue avant le
ref-outcome-file = Fichier reçu de l’organisme, s’il y en a un
ref-outcome-file-hint = Gardé tel quel, jamais ouvert par ce programme ; effacé avec le dossier.
ref-error-file = Le fichier est trop grand : rien n’a été enregistré. Envoyez-le en plusieurs parties, ou gardez-le ailleurs et dites où.
