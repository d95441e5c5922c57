# ARC: che cosa ha visto chi ha inoltrato (RFC 8617).
arc-pass = Il messaggio porta una catena ARC, ed è integra
    .why = Sigillata da { $sealers }: lo fa chi inoltra, e qualche grande provider per tutto ciò che spedisce. Per alcuni è un indizio utile quando l’inoltro ha rotto SPF o DKIM. Non toglie punti.
arc-fail = Il messaggio porta una catena ARC che non regge
    .why = Qualcuno lungo il percorso ha cambiato il messaggio dopo averlo sigillato, o l’ha sigillato male. Chi riceve allora ignora la catena. Non toglie punti, e di rado tocca a te rimediare.
arc-not-determined = Non si sa se la catena ARC del messaggio regga
    .why = Una chiave di { $sealers } non si è potuta leggere. ARC non toglie punti, quindi qui non ne dipende nulla.
