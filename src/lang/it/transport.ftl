# Che cosa pubblica un dominio oltre il necessario; mai nel punteggio.
transport-mta-sts-present = { $domain } pubblica un record MTA-STS
    .why = Rimanda chi scrive a { $domain } a una policy che chiede la cifratura.
transport-mta-sts-invalid = Il record MTA-STS di { $domain } è inutilizzabile
    .why = { $name } deve contenere un solo record: v=STSv1, scritto proprio così, e un id di lettere e cifre, al massimo 32. Così com’è viene ignorato. Riguarda la posta che ricevi, non quella che mandi.
    .fix = { $count ->
        [one] Pubblica il record qui sotto al posto di quello che c’è. Se non usi MTA-STS, toglilo e basta.
        [2] Togli entrambi i record e pubblica quello qui sotto. Se non usi MTA-STS, toglili e basta.
       *[other] Togli tutti e { $count } i record e pubblica quello qui sotto. Se non usi MTA-STS, toglili e basta.
    }
transport-tls-rpt-present = { $domain } riceve rapporti sulla cifratura
    .why = Chi scrive segnala lì le connessioni cifrate non riuscite.
transport-tls-rpt-invalid = Il record per i rapporti TLS di { $domain } è inutilizzabile
    .why = { $name } deve contenere un solo record: v=TLSRPTv1, scritto proprio così, e rua con indirizzi mailto: o https:. Così com’è non arriva nessun rapporto. Riguarda la posta che ricevi, non quella che mandi.
    .fix = { $count ->
        [one] Pubblica il record qui sotto al posto di quello che c’è, con un indirizzo a cui leggi questi rapporti.
        [2] Togli entrambi i record e pubblica quello qui sotto.
       *[other] Togli tutti e { $count } i record e pubblica quello qui sotto.
    }
transport-dane-present = { $domain } ha DANE per { $all ->
        [no] { $covered } dei suoi { $hosts } server di posta
       *[yes] { $hosts ->
            [one] il suo server di posta
           *[other] i suoi server di posta
        }
    }
    .why = I certificati sono fissati nel DNS firmato, come in { $name }.
transport-dane-unsigned = Record DANE senza DNSSEC: { $name }
    .why = I record TLSA contano solo in una zona firmata. Il nostro resolver verifica le firme, e per questi non ne ha trovate. Riguarda la posta che ricevi, non quella che mandi.
    .fix = Firma con DNSSEC la zona di { $name } (per molti fornitori di DNS basta un clic), oppure togli i suoi record TLSA.
transport-dane-not-determined = Non si sa se i record DANE di { $domain } contano
    .why = I record TLSA, come in { $name }, contano solo in una zona firmata con DNSSEC. Il nostro resolver non ha convalidato nessuna delle risposte, quindi non può dirlo. Non togliamo punti.
transport-dnssec-present = Il DNS di { $domain } è firmato
    .why = Il nostro resolver l’ha validato con DNSSEC.
transport-ipv6-present = { $domain } riceve posta anche in IPv6
    .why = Almeno uno dei suoi server di posta ha un indirizzo IPv6.
transport-bimi-present = { $domain } pubblica un logo (BIMI)
    .why = Il record è in { $name }, e la policy DMARC è abbastanza forte. { $certificate ->
        [yes] Indica anche un certificato per il logo, come vogliono Gmail e iCloud.
       *[no] Non indica un certificato (a=), e senza quello Gmail e iCloud non mostrano il logo.
    }
transport-bimi-declined = { $domain } ha scelto di non mostrare un logo
    .why = Il record BIMI in { $name } è vuoto di proposito: è il modo giusto per rinunciare.
transport-bimi-invalid = Il record BIMI di { $domain } è inutilizzabile
    .why = { $name } deve contenere un solo record con v=BIMI1 e l= con l’indirizzo https di un SVG.
    .fix = Pubblica un solo record in { $name }: v=BIMI1; l=https://… con l’indirizzo del tuo logo. Se non vuoi mostrare un logo, l= e a= restano vuoti.
transport-bimi-not-ready = Il logo di { $domain } non si vede ancora
    .why = BIMI richiede una policy DMARC quarantine o reject, e non in prova.
    .fix = Nel record DMARC in _dmarc.{ $policy_domain } scrivi p=quarantine o p=reject, senza t=y, appena tutta la tua posta supera DMARC.
transport-optional-absent = Non pubblicati da { $domain }: { $missing }
    .why = È tutto facoltativo, e niente di questo decide se la tua posta arriva. MTA-STS, TLS-RPT e DANE proteggono la posta che ricevi, BIMI mostra il tuo logo.
transport-optional-not-determined = Non verificabili per { $domain }: { $missing }
    .why = Il DNS non ha risposto, quindi non si sa se sono pubblicati. È tutto facoltativo, e non togliamo punti.
