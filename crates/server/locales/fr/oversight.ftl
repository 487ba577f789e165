# Mentions et habilitations, l'horloge, et les services disparus.
mk-level = Niveau
mk-none = aucun
mk-secret = Secret
mk-top-secret = Très Secret
mk-restricted = Diffusion Restreinte
mk-national = Spécial France
mk-compartment = compartiment « { $name } »
mk-more = Autres compartiments
mk-more-help = Leurs noms séparés par des espaces : lettres, chiffres, tirets. Vide : aucun.
mk-title = Mentions de protection
mk-marking = Mention
mk-hint = Qui n’y est pas habilité ne voit plus rien de ce dossier, quel que soit son rôle. Vous pouvez apposer ce à quoi vous êtes habilité.
mk-to-mark = À apposer
mk-to-unmark = À retirer
mk-mark = Apposer
mk-unmark = Retirer cette mention
mk-second = Retirer une mention demande l’accord d’une seconde personne.
mk-second-ask = Le demander
mk-error-choose = Choisissez une mention de la liste : une à apposer que le dossier n’a pas, ou une à retirer qu’il a.
mk-act-mark = appose une mention
mk-act-unmark = retire une mention
ad-action-mark = Apposer une mention
ad-action-unmark = Retirer une mention
ad-unit-left = absent de la configuration
ad-left = Services que la configuration n’a plus
ad-left-text = Seuls les agents d’un tel service voient ce qui s’y trouve, et aucune règle ne le propose. Remettez le service dans units.toml, ou donnez à ses agents un autre service et faites transmettre par son chef ce qu’il a.
ad-left-submissions = { $count ->
    [one] { $count } dépôt ouvert
   *[other] { $count } dépôts ouverts
}
ad-left-agents = { $count ->
    [one] { $count } agent
   *[other] { $count } agents
}
ad-clock = L’horloge n’est pas crue
ad-clock-text = L’horloge du serveur indique { $now }. Le dernier moment où elle a été crue est { $last }. Rien n’est effacé en attendant : ni dépôt, ni brouillon, ni pièce.
ad-clock-what = Si le serveur est resté arrêté entre-temps et que l’horloge est juste, dites-le ci-dessous : ce qui est échu sera effacé dans l’heure. Si elle est fausse, réglez-la sur la machine : il n’y a alors rien à faire ici.
ad-clock-why = Comment vous vous en êtes assuré
ad-clock-right = L’horloge est juste : { $now }
ad-error-clock = L’horloge indique maintenant un autre moment : relisez-la.
ad-look-clock = a dit que l’horloge est juste
wb-retention-halted = Rien n’est effacé en ce moment : l’horloge du serveur indique { $now }, et le dernier moment où elle a été crue est { $last }. Un administrateur doit s’assurer qu’elle est juste. Les jours marqués en retard ne le sont peut-être pas.
ov-near-next-page = page suivante
ov-look-film = consulte un projet de tournage
ov-look-script = ouvre un scénario
ov-look-handle-film = agit sur un projet de tournage
ov-look-answer-film = répond sur un projet de tournage
ov-look-exchange = échange avec l’étranger
privacy-provider = Si vous choisissez que { $provider } dise qui vous êtes, pour une plainte : il apprend que vous y êtes allé depuis ce site, et rien de votre plainte. Il nous communique vos nom, prénoms et date de naissance ; nous les gardons avec votre identité, ainsi que le fait que { $provider } s’en est porté garant. Personne n’est obligé de l’utiliser.
ad-rules-first = Les { $count } premières ; le fichier les contient toutes.
ad-action-declare_film_conflict = Déclarer un conflit d’intérêts sur un projet de tournage
