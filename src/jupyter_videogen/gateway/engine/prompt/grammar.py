"""Words that name no thing to draw, in English, French, Spanish and German; accents are already gone.

They are what lies around the subject of a sentence: its grammar, verbs and adjectives, and the words for camera and style.
"""

from __future__ import annotations


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


FUNCTION: dict[str, str] = {
    "en": (
        "a an the this that these those some any each every all both either another other such same few many much more most several"
        " one two three four five six seven eight nine ten dozen hundred thousand million first last next"
        " and or but nor so yet as if than then when while where whenever until because though although whose which who whom what how why"
        " i you he she it we they me him her us them my your his its our their mine someone something somebody nobody nothing everyone everything"
        " of in on at by for from to into onto with within over under above below beneath beside besides between among amid amidst behind beyond"
        " before after during through throughout across along around against toward towards upon off up down out near inside outside past"
        " like unlike about via per there here not very too also just only even still again away back together alone apart ever never always"
        " is are was were be been being am has have had having do does did can could will would shall should may might must let lets"
        " don doesn isn aren wasn won ll ve re no without"
    ),
    "fr": (
        "le la les un une des du de au aux ce cet cette ces mon ma mes ton ta son sa ses notre votre leur leurs et ou mais donc"
        " dans sur sous avec sans par pour vers chez entre derriere devant apres avant pendant contre depuis en qui que dont quand comme"
        " il elle ils elles on nous vous se est sont etait pas plus tres deux trois quatre plusieurs qu aussi tout toute tous"
    ),
    "es": (
        "el la los las un una unos unas de del al en con sin por para sobre bajo entre hacia hasta desde tras ante contra y e o pero"
        " que quien cuando donde como se su sus mi mis tu este esta estos estas es son esta estan era no muy mas dos tres cuatro varios"
    ),
    "de": (
        "der die das den dem des ein eine einen einem einer eines kein keine keinen im am in an auf unter uber mit ohne vor hinter neben zwischen durch"
        " bei beim von vom zu zum zur aus nach fur gegen um und oder aber als wie wahrend der sich ist sind war nicht sehr zwei drei vier viele"
    ),
}
"""For each language its articles, pronouns, prepositions and other small words: each ends a group of words."""

ARTICLES = _set("a an one every each another")
"""English words that announce a singular, so that a last word in -s is its verb."""
COUNTS = _set("two three four five six seven eight nine ten some many several few")
"""English words that announce a plural, so that a last word without -s is its verb."""
WITHOUT = _set("no not without sans sin ohne kein keine keinen never")
"""Words after which stands what is not wanted."""
PRONOUNS = _set("qui que qu quien se il elle ils elles on dont")
"""French and Spanish words after which stands a verb."""
STYLE_OF = _set("style stil estilo inspired")
"""Words after which stands the name of a style, up to the next comma."""

VERBS = _set(
    "appear approach arise arrive ascend awaken balance bark bask bathe beat become begin bend blink bloom blow boil bounce break breathe"
    " bring build burn burst call carry catch celebrate change charge chase circle clap climb close collapse collide come continue cook"
    " cover crash crawl create creep cross crumble cry curl cut dance dangle dart dash descend dig disappear dissolve dive dodge drag draw drift"
    " drink drip drive drop eat embrace emerge enter erupt escape evaporate expand explode explore face fade fall fight fill find flap flare"
    " flash flee flicker flip float flood flow flutter fly fold follow form freeze gallop gather gaze get give glance gleam glide glimmer glisten"
    " glitter glow go grab graze greet grin grow guide hang happen hatch heave hide hit hold hop hover howl hug hunt hurl illuminate jog join"
    " juggle jump keep kick kiss knit land lap laugh launch lead leap learn leave lick lie lift light linger listen live look loom lurk make march"
    " meditate meet melt merge morph move nap need nod open overlook paddle please paint pass peek perch play pour practice pray prowl pull purr push race"
    " raise reach read recede reflect relax release rest reveal ride ripple rise roam roar roll rotate run rush sail scatter search see set shake"
    " shatter shift shimmer shine shoot shout show shuffle sing sink sip sit skate skip slam sleep slide slip slither smile snore soar solve"
    " sparkle speak spill spin splash split spray spread sprint sprout stalk stand stare start stay step stir stop streak stretch strike stride stroll strum"
    " struggle surf surround sway sweep swim swing swirl take talk tear tell throw tilt tiptoe toss touch travel tremble tumble turn twinkle twirl"
    " twist type unfold unfurl use vanish view visit wade wait wake walk waltz wander want wash watch wave wear weave welcome whirl whisper wiggle wink work"
    " wrap write yawn zoom"
    " began blew broke came caught drew drove ate fell flew froze gave went grew hung held lay left lit made met ran rode rose sang sank sat saw shone"
    " shot slept slid spoke spun stood swam swung took threw woke wore wound"
)
"""English verbs, as they stand without an ending; the forms in -ing and -ed are recognised by it."""

ING = _set(
    "building buildings ceiling king wing wings ring rings viking vikings duckling ducklings gosling wedding pudding clothing earring string strings"
    " swing sling sapling offspring dumpling dumplings kingfisher hatchling yearling carving railing awning wedding dressing stocking"
)
"""English nouns in -ing, which end like a verb."""
ED = _set("bed shed seed weed reed sled steed breed feed moped biped seabed")
"""English nouns in -ed."""
LY = _set("lily family jelly belly bully fly dragonfly butterfly firefly assembly doily holly ally gully trolley filly")
"""English nouns in -ly."""

ADJECTIVES = _set(
    # English
    "abandoned adorable ancient angry antique autumnal bare beautiful big bold brave bright brilliant broken brown calm careful cheap cheerful chilly"
    " chubby classic clean clear clever close cold colorful colourful cosy cozy crazy crimson crisp crystal cute damp dark dead deep delicate dense"
    " different dim dirty distant dramatic dreamlike dreary dry dull dusty early earthy eerie elderly elegant empty endless enormous epic eternal exotic"
    " faint fair fancy fantastic fast fat fierce fine fiery flat fluffy foamy foggy foreign fragile free fresh friendly frosty frozen full funny furry"
    " fuzzy gentle giant gigantic glassy gloomy glossy golden good gorgeous graceful grand grassy gray great grey grim gritty happy hairy hard harsh"
    " hazy heavy hidden high hot huge humid hungry icy immense infinite intense invisible jagged joyful juicy large late lazy leafy light little"
    " lively local lone lonely long lost loud lovely low lucky lush mad magic magical main majestic massive mean mellow metallic mighty mild milky mini"
    " misty modern moody moonlit mossy muddy mysterious mystical narrow native natural neat new nice nocturnal noisy odd old open orange organic ornate"
    " pale peaceful perfect photorealistic pitch plain playful pleasant polished poor pretty pristine proud pure purple quaint quick quiet radiant"
    " rainy random rare raw real realistic red regal retro rich ripe robust rocky romantic rough round royal rugged rural rustic rusty sad sacred sandy"
    " secret serene shadowy shallow sharp shiny short shy silent silky silver silvery simple single sleek sleepy slender slight slim slow small smoky"
    " smooth snowy snug soft solid solitary soothing spiral spooky square stark starlit starry steady steep stiff still stormy strange strong stunning"
    " sunlit sunny super surreal sweet swift tall tame tender thick thin tidy tight tiny tired tough towering tranquil transparent tropical twin ultra"
    " uneasy unreal upper urban vacant vast vibrant violent virtual vivid warm wavy weary weird wet white wicked wide wild windy wise wispy wonderful"
    " wooden woolen worn yellow young zen black blonde bronze copper leather plastic stone steel glass paper porcelain velvet rainbow multicolored"
    " northern southern eastern western japanese chinese french german spanish italian american african asian european indian norwegian icelandic"
    " medieval victorian prehistoric futuristic lit cinematic hyperrealistic stylized ethereal whimsical hypnotic minimal minimalist minimalistic"
    " detailed nostalgic slow seamless vertical horizontal symmetrical candlelit backlit dimly overcast underwater upside"
    # French
    " petit petite petits petites grand grande grands grandes beau belle beaux belles vieux vieille jeune bon bonne mauvais nouveau nouvelle gros grosse"
    " joli jolie premier derniere noir noire blanc blanche gris grise haut haute long longue seul seule"
    # Spanish
    " pequeno pequena gran grande hermoso hermosa viejo vieja joven buen bueno buena nuevo nueva bello bella negro negra blanco blanca alto alta solo sola"
    # German: what is not capitalised is no noun there
)
"""Words for how a thing is."""
ADJECTIVE_ENDINGS = ("ous", "ful", "less", "esque", "istic", "lit", "ique", "ible", "like")
"""Endings of English and French adjectives that hardly any thing has."""
FRAGMENT_ENDINGS = ("ic", "al", "ive", "ish", "able", "ary", "core", "wave", "punk")
"""Endings of adjectives that some things have, too: they count only for a word that stands alone between commas."""

NEUTRAL = _set(
    # the camera
    "view shot shots scene scenes angle angles zoom pan panning dolly drone camera cam lens bokeh depth focus frame frames footage film movie cinema clip"
    " video videos timelapse hyperlapse slowmotion motion slomo mo pov fpv closeup macro panorama establishing tracking aerial handheld gimbal tripod"
    " steadicam crane flyover flythrough orbit perspective vantage eye eyes gaze exposure shutter aperture iso fps fov hd uhd hdr imax anamorphic"
    " telephoto fisheye wideangle parallax vignette crop aspect ratio"
    # style
    " style styles look mood moods atmosphere vibe vibes aesthetic aesthetics tone tones palette palettes colour colours color colors hue hues shade"
    " shades contrast saturation texture textures detail details quality resolution render renders rendering cgi vfx unreal engine octane blender"
    " animation anime manga cartoon claymation stopmotion pixar ghibli disney photo photos photograph photography photorealism realism surrealism"
    " impressionism expressionism cubism minimalism picture pictures image images art artwork artstation masterpiece painting paintings drawing sketch"
    " illustration watercolour oil acrylic gouache pastel pixel lofi scifi sci fi fantasy noir documentary commercial trailer music vhs kodak fuji portra"
    " arri alexa grain lowpoly poly voxel isometric vector wallpaper background backdrop foreground composition symmetry loop loops looping pattern"
    " patterns shape shapes line lines geometry design concept montage"
    # light
    " light lights lighting glow ray rays beam beams shaft shafts shadow shadows silhouette silhouettes reflection reflections glare flare flares haze"
    " gleam shimmer glint sunbeam sunbeams moonbeam dust particle particles sparkle sparkles sunlight daylight starlight moonlight firelight candlelight twilight backlight dark darkness brightness"
    # time and place
    " hour hours time times day days week weekend month year years season seasons minute minutes second seconds moment night century age era"
    " past future world earth nature landscape landscapes scenery environment place spot site area region distance horizon middle center centre edge edges"
    " side sides top bottom left right front back surface end ending start beginning corner inside outside way north south east west ground land air sky"
    " weather heat cold breeze temperature dusk"
    # what has no shape of its own
    " beauty magic dream dreams wonder wonders feeling feelings love hope peace calm silence sound noise power energy life death freedom joy sadness"
    " solitude serenity tranquillity chaos harmony mystery adventure story tale idea soul spirit mind imagination infinity something thing things stuff"
    " kind sort type lot lots bit piece pieces part parts pair group row rows bunch couple set series layer layers amount number sea-level course"
    " effect effects movement action scale size width height speed pace rhythm flow pitch slow fast hand-held test"
    # drops, foam and their like belong to the scenes
    " drop drops droplet droplets ripple ripples foam spray splash splashes spark sparks current currents breaker breakers swell gust"
    # French, Spanish, German
    " plan vue camera lumiere ombre fond style facon maniere coucher lever tombee bord milieu loin ciel monde heure temps fin debut"
    " toma vista plano luz sombra fondo estilo puesta caida borde medio lejos cielo mundo hora tiempo fin"
    " paysage paisaje landschaft ansicht blick aufnahme licht schatten hintergrund stil szene kamera zeitlupe himmel welt zeit stunde ende anfang rand mitte ferne"
)
"""Nouns that are no thing to draw: camera, style, light, time, place, and what has no shape of its own."""

UNDRAWN = _set(
    "gull dolphin whale yacht lighthouse island umbrella bridge eagle volcano lava candle deer camel caravan shark jellyfish submarine scuba coral"
    " airplane bird bee astronaut rocket spaceship asteroid"
    " phare ile baleine dauphin parapluie pont aigle volcan bougie cerf chameau requin meduse sousmarin avion oiseau abeille fusee"
    " faro isla ballena delfin paraguas puente aguila ciervo camello tiburon medusa submarino avion pajaro abeja cohete"
    " leuchtturm insel wal regenschirm brucke adler vulkan kerze reh kamel hai qualle flugzeug vogel biene rakete"
)
"""Words that choose a scene in which the thing itself is not drawn."""
