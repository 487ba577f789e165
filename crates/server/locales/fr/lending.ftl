# Ce que la mission prête : l’inventaire, pièce par pièce, ce qui est en réparation, et qui entre sur un tournage.
lending-many = { $name } n°s { $numbers }
lending-count = Combien
lending-count-help = Pour ce qui se prête à plusieurs : les pièces libres à ces dates sont prises d’abord.
lending-how-many = Nombre
lending-free-now = Libres maintenant
lending-free-then = Libres à ces dates
lending-in-repair = En réparation
lending-each = Pièce par pièce
lending-piece = Pièce
lending-state = Maintenant
lending-state-free = libre
lending-state-out = dehors jusqu’au { $until }
lending-state-late = dehors, en retard
lending-state-held = réservé jusqu’au { $until }
lending-state-repair = en réparation jusqu’au { $until }
lending-comes-next = Prochaine réservation
lending-days = Quatre semaines, jour par jour
lending-days-help = Combien sont libres du matin au soir, jour par jour.
lending-days-help-one = « libre » : toute la journée ; « en partie » : quelques heures, que le calendrier ci-dessous montre.
lending-hours-help = « · » : libre ; « × » : heure que l’horloge saute.
lending-days-earlier = Quatre semaines plus tôt
lending-days-later = Quatre semaines plus tard
lending-week = Semaine du
lending-monday = lundi
lending-tuesday = mardi
lending-wednesday = mercredi
lending-thursday = jeudi
lending-friday = vendredi
lending-saturday = samedi
lending-sunday = dimanche
lending-day-free = libre
lending-day-part = en partie
lending-day-taken = pris
lending-to-hand-over = À remettre
lending-to-hand-over-none = Rien n’est accordé pour la suite.
lending-too-many = { $what } : il y en a { $most }, pas davantage.
lending-mend = Mettre en réparation
lending-mend-help = La chose ne va à personne jusque-là : qui la tenait la perd, le lit, et se voit proposer un remplacement.
lending-mend-hint = Un dommage ? La fiche de la chose, ci-dessus, permet de la mettre en réparation.
lending-mend-until = En réparation jusqu’au
lending-broken = Ce qui est cassé
lending-mended = C’est réparé : rendre disponible
lending-purpose = Pour
lending-purpose-loan = un prêt
lending-purpose-operations = les opérations
lending-purpose-repair = une réparation
film-booked-repair = mise en réparation
film-rests-on-above = La décision repose sur les avis ci-dessus.
crew-title = Qui vient sur le tournage
crew-of = Qui vient – { $title }
crew-none = Personne n’est encore inscrit.
crew-erased = Les noms ont été effacés ; { $many ->
    [one] une personne était inscrite.
   *[other] { $many } personnes étaient inscrites.
}
crew-kept = Ces noms servent au seul contrôle d’accès. Ils sont gardés à part, scellés, et effacés trente jours après le tournage.
crew-counted = { $many ->
    [0] Personne n’est encore inscrit.
    [one] Une personne inscrite ; identités vérifiées : { $checked }.
   *[other] { $many } personnes inscrites ; identités vérifiées : { $checked }.
}
crew-role = Fonction
crew-plate = Plaque du véhicule
crew-vehicle = véhicule { $plate }
crew-lines = La liste entière, une personne par ligne
crew-lines-help = Nom ; fonction ; plaque s’il y a un véhicule. Un tableau ou un fichier CSV se collent tels quels. La liste remplace celle d’avant ; qui y reste garde son contrôle d’identité.
crew-add-name = Ou une personne de plus : son nom
crew-send = Remettre la liste
crew-hand-in = Remettre la liste pour la production
crew-whose = De qui
crew-bad-line = Ligne { $line } : { $why }
crew-no-name = il n’y a pas de nom.
crew-too-many-columns = il y a plus qu’un nom, une fonction et une plaque.
crew-too-long = le nom ou la fonction est trop long.
crew-no-plate = ce n’est pas une plaque d’immatriculation.
crew-twice = ce nom est déjà à la ligne { $line }.
crew-too-many = une liste a { $most } personnes au plus.
