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
            "aurora borealis northern star nightsky milky constellation starry iceland norway lapland arctic polar"
            " aurore boreale etoile islande norvege laponie arctique polaire constellation"
            " boreal estrella islandia noruega laponia artico constelacion"
            " polarlicht polarlichter nordlicht nordlichter stern island norwegen lappland arktis sternenhimmel polar"
        ),
        (
            "night sky mountain lake snow winter pine spruce fir fjord"
            " nuit ciel montagne lac neige hiver sapin"
            " noche cielo montana lago nieve invierno pino"
            " nacht himmel berg see schnee tanne"
        ),
    ),
    "mountains": (
        (
            "mountain alps peak summit himalaya ridge cliff valley hill"
            " montagne alpe sommet vallee colline montana cumbre valle colina berg alpen gipfel tal hugel"
        ),
        "mist pine spruce sky eagle brume aigle niebla aguila nebel adler",
    ),
    "snow": (
        (
            "snow winter blizzard snowfall snowy snowflake frost glacier ski"
            " neige hiver flocon glacier nieve invierno nevada schnee winter schneefall gletscher"
        ),
        "mountain alps peak montagne alpe montana alpen berg pine spruce cold ice froid glace frio hielo kalt eis",
    ),
    "fire": (
        (
            "fire campfire flame bonfire ember lava volcano hearth fireplace candle"
            " feu flamme braise volcan bougie fuego hoguera llama brasa volcan vela feuer lagerfeuer flamme glut vulkan kerze"
        ),
        "warm hot smoke camp night chaud fumee caliente humo warm rauch",
    ),
    "forest": (
        "forest wood tree jungle woodland grove redwood foret bois arbre jungle bosque arbol selva wald baum urwald",
        "mist fog pine spruce deer leaf moss path brume cerf feuille niebla ciervo hoja nebel reh blatt",
    ),
    "desert": (
        (
            "desert dune sahara sand camel oasis canyon mars"
            " desert dune sable chameau desierto duna arena camello wuste dune sand kamel"
        ),
        "hot dry sun wind caravan chaud vent caliente viento heiss wind",
    ),
    "underwater": (
        (
            "underwater fish reef dive diving coral jellyfish seabed kelp shark aquarium submarine scuba"
            " sousmarin poisson recif plongee meduse requin submarino pez peces arrecife buceo medusa tiburon"
            " unterwasser fisch fische riff tauchen qualle hai"
        ),
        "bubble blue deep ocean sea water whale bulle burbuja blase",
    ),
    "clouds": (
        "cloud timelapse airplane flight flying heaven nuage avion nube avion wolke flugzeug",
        "sky time lapse bird wind ciel oiseau cielo pajaro himmel vogel",
    ),
    "meadow": (
        (
            "meadow butterfly butterflies flower field grass prairie garden spring blossom poppy daisy lavender"
            " pre papillon fleur champ herbe jardin printemps pradera mariposa flor campo hierba jardin primavera"
            " wiese schmetterling blume feld gras garten fruhling"
        ),
        "sun bee wind breeze sunny abeille abeja biene",
    ),
    "space": (
        (
            "galaxy space cosmos universe nebula planet astronaut rocket spaceship orbit asteroid saturn jupiter"
            " galaxie espace univers nebuleuse planete fusee galaxia espacio universo nebulosa planeta cohete"
            " weltall galaxie nebel planet rakete universum"
        ),
        "star earth etoile terre estrella tierra stern erde",
    ),
    "drive": (
        (
            "drive driving highway road synthwave retrowave vaporwave outrun motorway racing race grid"
            " autoroute conduire autopista conducir autobahn"
        ),
        "car neon retro night speed voiture coche auto",
    ),
    "flow": (
        (
            "ink flow fluid paint marble smoke swirl watercolor watercolour plasma"
            " encre fumee marbre aquarelle tinta humo marmol acuarela tinte rauch marmor aquarell"
        ),
        "abstract liquid water color colour colorful abstrait couleur color farbe bunt",
    ),
    "silk": (
        (
            "abstract silk liquid gradient satin fabric"
            " abstrait soie liquide degrade tissu"
            " abstracto seda liquido degradado tela"
            " abstrakt seide flussig verlauf stoff"
        ),
        (
            "smooth pattern texture background dream music doux motif fond reve suave fondo sueno musica muster hintergrund traum musik"
        ),
    ),
}
"""For each scene the words that name it, then those that merely belong to it."""

EXAMPLES: dict[str, tuple[str, str]] = {
    "sea": ("sea", "Waves at sunset"),
    "city": ("city in rain", "Rain on a city at night"),
    "aurora": ("northern lights", "Northern lights over a mountain lake"),
    "mountains": ("mountains", "Mist over the mountains at dawn"),
    "snow": ("snow", "Snowfall in the Alps"),
    "fire": ("campfire", "A campfire by night"),
    "forest": ("forest", "Fireflies in a quiet forest"),
    "desert": ("desert", "Dunes in golden light"),
    "underwater": ("under water", "Fish over a reef"),
    "clouds": ("above the clouds", "Clouds from above"),
    "meadow": ("meadow", "A meadow in the wind"),
    "space": ("space", "A planet in a purple nebula"),
    "drive": ("night drive", "A night drive, synthwave"),
    "flow": ("flowing ink", "Ink in water"),
    "silk": ("silk", "Silk in teal and gold"),
}
"""For each scene its title, and a sentence that it shows."""

MOODS: dict[str, str] = {
    "sunset": "sunset dusk evening twilight crepuscule couchant soir atardecer ocaso puesta crepusculo sonnenuntergang abend dammerung",
    "dawn": "dawn sunrise morning aube aurore matin lever amanecer alba manana morgen morgendammerung sonnenaufgang",
    "day": "day daylight noon sunny midday summer jour midi ensoleille ete dia mediodia soleado verano tag mittag sonnig sommer tropical tropisch",
    "night": "night midnight moon moonlight moonlit dark nuit minuit lune noche medianoche luna nacht mitternacht mond mondlicht mondschein",
    "golden": "golden dore doree dorado dorada golden goldenen goldene",
    "storm": "storm stormy thunder thunderstorm tempest hurricane orage tempete tormenta tempestad sturm sturmisch gewitter unwetter",
    "pastel": "pastel soft dreamy kawaii pastell suave tendre zart vertraumt",
    "neon": "neon cyberpunk synthwave vaporwave vivid futuristic futuriste futurista futuristisch",
    "noir": "noir monochrome grayscale greyscale blackandwhite schwarzweiss monochrom",
    "autumn": "autumn fall automne otono herbst",
}

WEAK_MOODS = frozenset({"neon", "pastel", "golden"})
"""Moods that give way to a time of day in the same sentence."""

COLOURS: dict[str, str] = {
    "red": "red crimson scarlet rouge rojo roja rot rote roten roter rubis",
    "orange": "orange amber naranja orangen ambre bernstein",
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
    "snow": "snow snowfall snowy blizzard snowflake neige flocon nieve nevada schnee schneefall",
    "rain": "rain rainy drizzle pluie lluvia regen",
    "fireflies": "firefly fireflies glowworm luciole luciernaga gluhwurmchen",
}
