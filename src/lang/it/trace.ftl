# Che cosa ha deciso ogni passo di una valutazione SPF, e perché il DNS non ha dato una risposta utilizzabile. Elenchi tecnici: brevi, senza punto finale.
spf-step-always = all vale per chiunque
spf-step-network = { $client } confrontato con { $network }
spf-step-answer = { $question }: { $answer }
spf-step-unanswered = { $question }: { $fault }
spf-step-exchanges = { $answers }
spf-step-exchange = il server di posta { $name } ha { $ip }
spf-step-too-many-exchanges = { $name } ha { $count } server di posta, e più di 10 è un errore
spf-step-confirmed = { $client } è { $name }, che riporta allo stesso indirizzo
spf-step-unconfirmed = { $client } è { $names }: nessun nome dentro { $domain } che riporti allo stesso indirizzo
spf-step-none-of-texts = { $count ->
        [one] l’unico record TXT non è un record SPF
       *[other] nessuno dei { $count } record TXT è un record SPF
    }
spf-step-several = { $count } record SPF; deve essercene uno solo
spf-step-syntax = { $fault }
spf-step-gives = { $domain } dà { $result }
spf-step-left = { $result }
spf-step-no-record = { $domain } non ha un record SPF
spf-step-too-many-lookups = interrogazione numero { $count }; ne sono ammesse 10
spf-step-too-many-void-lookups = risposta vuota numero { $count }; ne sono ammesse 2
spf-step-local-part = la parte dell’indirizzo prima della @ non è ASCII, quindi le sue macro non corrispondono a nulla
spf-step-impossible-name = { $name } non può esistere nel DNS

dns-timed-out = nessuna risposta in tempo
dns-broken = risposta inutilizzabile: { $why }
dns-not-asked = non chiesto: { $why }
dns-unusable-impossible-name = un nome così non può esistere nel DNS
dns-unusable-not-recorded = la registrazione non ne contiene la risposta
dns-unusable-too-many-here = troppe domande aperte nello stesso momento
dns-unusable-too-many-in-test = questo test ne aveva già fatte troppe
dns-unusable-time-over = il tempo per questo test era finito
dns-unusable-no-server = non c’è nessun server DNS a cui chiedere
dns-unusable-unreadable = il pacchetto è illeggibile
dns-unusable-no-reply = è tornata una domanda invece di una risposta
dns-unusable-no-question = non dice a che cosa risponde
dns-unusable-other-question = risponde a un’altra domanda
dns-unusable-other-id = appartiene a un’altra domanda
dns-unusable-truncated = è tronca, anche via TCP
dns-unusable-alias-loop = alias (CNAME) senza fine
dns-unusable-connection-refused = il server DNS rifiuta la connessione
dns-unusable-unreachable = il server DNS non è raggiungibile, o ha chiuso la connessione
