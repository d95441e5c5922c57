clients-support-missing = { $count ->
        [one] Una cosa in questo HTML non viene mostrata da alcuni programmi di posta: { $feature }
       *[other] { $count } cose in questo HTML non vengono mostrate da alcuni programmi di posta, prima fra tutte { $feature }
    }
    .why = { $feature } non funziona in { $clients }. Il messaggio può vedersi bene lo stesso, e non toglie punti. Qui sotto, per ogni elemento: la riga dell’HTML dove compare la prima volta, i programmi che non lo mostrano e una pagina che ne parla. Guarda il messaggio nei programmi che usano i tuoi lettori.
    .fix = Assicurati che il messaggio si legga anche senza.
clients-support-partial = { $count ->
        [one] Una cosa in questo HTML funziona solo in parte in alcuni programmi di posta: { $feature }
       *[other] { $count } cose in questo HTML funzionano solo in parte in alcuni programmi di posta, prima fra tutte { $feature }
    }
    .why = { $feature } ha dei limiti in { $clients }. Qui sotto, per ogni elemento: la riga dell’HTML dove compare la prima volta e una pagina che dice quali limiti.
clients-support-good = Tutto ciò che c’è in questo HTML funziona nei programmi di posta più diffusi
clients-support-none = Nessun HTML da confrontare con ciò che i programmi di posta supportano
