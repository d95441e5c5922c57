# Parole del rapporto che non appartengono a un solo controllo.
section-authentication = Autenticazione
section-server = Server di invio
section-blocklists = Liste di blocco
section-format = Formato del messaggio
section-content = Contenuto
section-links = Link
section-spam = Filtri antispam
