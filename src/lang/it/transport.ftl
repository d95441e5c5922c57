# Che cosa pubblica un dominio oltre il necessario; mai nel punteggio.
transport-mta-sts-present = { $domain } ha MTA-STS
    .why = Chi scrive a { $domain } sa di dover usare la cifratura.
transport-mta-sts-invalid = Il record MTA-STS di { $domain } è inutilizzabile
    .why = { $name } deve contenere un solo record con v=STSv1 e un id. Così com’è viene ignorato. Riguarda la posta che ricevi, non questo messaggio.
transport-tls-rpt-present = { $domain } riceve rapporti sulla cifratura
    .why = Chi scrive segnala lì le connessioni cifrate non riuscite.
transport-tls-rpt-invalid = Il record per i rapporti TLS di { $domain } è inutilizzabile
    .why = { $name } deve contenere un solo record con v=TLSRPTv1 e rua. Riguarda la posta che ricevi, non questo messaggio.
transport-dane-present = { $domain } ha DANE per i suoi server di posta
    .why = I certificati sono fissati nel DNS firmato in { $name }.
transport-dane-unsigned = Record DANE senza DNSSEC: { $name }
    .why = I record TLSA contano solo in una zona firmata, e il nostro resolver non ha potuto confermare la firma. Forse la zona non è firmata, forse questo resolver non valida.
transport-dnssec-present = Il DNS di { $domain } è firmato
    .why = Il nostro resolver l’ha validato con DNSSEC.
transport-ipv6-present = { $domain } riceve posta anche in IPv6
    .why = Almeno uno dei suoi server di posta ha un indirizzo IPv6.
transport-bimi-present = { $domain } pubblica un logo (BIMI)
    .why = Il record è in { $name }, e la policy DMARC è abbastanza forte. Gmail e iCloud vogliono anche un certificato per il logo.
transport-bimi-declined = { $domain } ha scelto di non mostrare un logo
    .why = Il record BIMI in { $name } è vuoto di proposito.
transport-bimi-invalid = Il record BIMI di { $domain } è inutilizzabile
    .why = { $name } deve contenere un solo record con v=BIMI1 e l= con l’indirizzo https di un SVG.
transport-bimi-not-ready = Il logo di { $domain } non si vede ancora
    .why = BIMI richiede una policy DMARC quarantine o reject.
transport-optional-absent = Non pubblicati da { $domain }: { $missing }
    .why = È tutto facoltativo, e niente di questo decide se questo messaggio arriva. MTA-STS, TLS-RPT e DANE proteggono la posta che ricevi, BIMI mostra il tuo logo.
