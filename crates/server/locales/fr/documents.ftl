document-failed-title = Le document n’a pas pu être fait
document-failed-text = Rien n’est perdu : tout ce qu’il dit est conservé, et se lit sur la page d’où vous venez. Réessayez dans une minute. Si cela dure, imprimez cette page.
document-receipt = Le récépissé en PDF
document-receipt-text = Un document à montrer à votre banque ou à votre assureur. Il ne contient ni votre nom, ni ce que vous avez écrit, ni votre code.
document-quote = Devis n° { $number } (PDF)
document-convention = Convention (PDF)
document-agreement = Accord d’immersion (PDF)
document-access = Liste d’accès (PDF)
