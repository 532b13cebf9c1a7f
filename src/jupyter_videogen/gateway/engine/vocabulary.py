"""The words the engine knows, in English, French, Spanish and German; accents are already gone."""

from __future__ import annotations

SCENES: dict[str, tuple[str, str]] = {
    "sea": (
        (
            "sea ocean wave beach surf coast shore seaside bay tide sailing sailboat yacht lagoon harbor harbour lighthouse"
            " mer vague plage cote rivage voilier ocean baie phare"
            " mar ola playa costa oceano velero orilla bahia faro"
            " meer welle strand kuste ozean segelboot bucht leuchtturm ostsee nordsee"
        ),
        (
            "water sun sunset sunrise boat ship sail island horizon moon moonlight gull dolphin whale cloud"
            " eau soleil bateau navire voile ile lune dauphin baleine nuage"
            " agua sol barco isla luna delfin ballena horizonte nube"
            " wasser sonne boot schiff segel insel mond wolke wal"
        ),
    ),
    "city": (
        (
            "city street town downtown skyline tokyo skyscraper cyberpunk urban alley traffic puddle metropolis york paris london berlin"
            " ville rue gratteciel flaque ruelle boulevard circulation"
            " ciudad calle rascacielos charco callejon trafico avenida"
            " stadt strasse gasse wolkenkratzer pfutze hochhaus verkehr grossstadt"
        ),
        (
            "neon rain rainy building lamp car taxi window light bridge umbrella tower road"
            " pluie batiment voiture fenetre lumiere parapluie pont tour route"
            " lluvia edificio coche ventana luz paraguas puente torre carretera"
            " regen gebaude auto fenster licht regenschirm brucke turm"
        ),
    ),
    "aurora": (
        (
            "aurora borealis northern star galaxy nightsky milky constellation starry iceland norway lapland arctic polar cosmos space universe"
            " aurore boreale etoile galaxie cosmos islande norvege laponie arctique polaire constellation univers"
            " boreal estrella galaxia cosmos islandia noruega laponia artico constelacion universo"
            " polarlicht nordlicht stern galaxie weltall island norwegen lappland arktis sternenhimmel polar"
        ),
        (
            "night sky mountain lake snow winter pine spruce fir fjord planet astronaut rocket"
            " nuit ciel montagne lac neige hiver sapin planete fusee"
            " noche cielo montana lago nieve invierno pino cohete planeta"
            " nacht himmel berg see schnee tanne rakete planet"
        ),
    ),
    "silk": (
        (
            "abstract silk flow ink liquid gradient satin fabric swirl fluid"
            " abstrait soie encre liquide degrade tissu"
            " abstracto seda tinta liquido degradado tela"
            " abstrakt seide tinte flussig verlauf stoff"
        ),
        (
            "smooth pattern texture background dream music doux motif fond reve suave fondo sueno musica muster hintergrund traum musik"
        ),
    ),
}
"""For each scene the words that name it, then those that merely belong to it."""

MOODS: dict[str, str] = {
    "sunset": "sunset dusk evening twilight crepuscule couchant soir atardecer ocaso puesta crepusculo sonnenuntergang abend dammerung",
    "dawn": "dawn sunrise morning aube aurore matin lever amanecer alba manana morgen morgendammerung sonnenaufgang",
    "day": "day daylight noon sunny midday summer jour midi ensoleille ete dia mediodia soleado verano tag mittag sonnig sommer tropical tropisch",
    "night": "night midnight moon moonlight moonlit dark nuit minuit lune noche medianoche luna nacht mitternacht mond mondlicht mondschein",
    "golden": "golden dore doree dorado dorada golden goldenen goldene",
    "storm": "storm stormy thunder tempest hurricane orage tempete tormenta tempestad sturm sturmisch gewitter unwetter",
    "pastel": "pastel soft dreamy kawaii pastell suave tendre zart vertraumt",
    "neon": "neon cyberpunk synthwave vaporwave vivid futuristic futuriste futurista futuristisch",
    "noir": "noir monochrome grayscale greyscale blackandwhite schwarzweiss monochrom",
    "autumn": "autumn fall automne otono herbst",
}

WEAK_MOODS = frozenset({"neon", "pastel", "golden"})
"""Moods that give way to a time of day in the same sentence."""

COLOURS: dict[str, str] = {
    "red": "red crimson scarlet rouge rojo roja rot rote roten roter rubis",
    "orange": "orange amber coral naranja orangen ambre bernstein",
    "gold": "gold yellow jaune amarillo amarilla gelb gelbe",
    "green": "green emerald jade vert verte verde grun grune grunen grunes smaragd",
    "teal": "teal turquoise cyan aqua turquesa turkis",
    "blue": "blue azure indigo bleu bleue azul blau blaue blauen blauer",
    "purple": "purple violet lavender mauve lilac violette lavande morado morada violeta purpura lila violett lavendel",
    "pink": "pink magenta rose rosa fuchsia rosado rosada",
}

PACES: dict[float, str] = {
    0.6: "slow slowly calm gentle quiet serene peaceful lent lentement calme doux paisible lento lenta calma tranquilo tranquila langsam ruhig still sanft",
    1.6: "fast quick rapid storm stormy rush wild rapide vite orage tempete rapido rapida tormenta schnell sturm wild rasend",
}

PROPS: dict[str, str] = {
    "boat": "boat sailboat ship sail sailing paper bateau voilier barco velero papel barquito boot segelboot schiff papierboot papier",
}
