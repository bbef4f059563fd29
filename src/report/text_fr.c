/* text_fr.c: French. */
#include "inside.h"

const char *const report_text_fr[PAL_WORDS] = {
    [PAL_WORD_TABLE] = "Tableau",
    [PAL_WORD_AREA] = "Pays ou zone",
    [PAL_WORD_YEAR] = "Année",
    [PAL_WORD_LOWER] = "Borne inférieure",
    [PAL_WORD_UPPER] = "Borne supérieure",
    [PAL_WORD_INTERVAL] = "Intervalle à {1}\u00a0%",
    [PAL_WORD_OTHER_AREAS] = "Non répartis par pays",
    [PAL_WORD_LABELLED] = "{1}\u00a0: {2}",
    [PAL_WORD_TABLE_TITLE] = "Tableau {1}. {2}",
    [PAL_WORD_STUB_COVERAGE] = "{1} ({2} États sur {3})",
    [PAL_WORD_YEAR_NOTE] = "Données de {1}.",
    [PAL_WORD_NATIONAL_NOTE] =
        "Selon la définition propre à l’État («\u00a0{1}\u00a0»)\u00a0: {2}.",
    [PAL_WORD_WITH_INTERVAL] = "{1} (intervalle de {2} à {3})",
    [PAL_WORD_MARK_NOTE] = "{1}. {2}",
    [PAL_WORD_NOTES] = "Notes",
    [PAL_WORD_SYMBOLS] = "Signes conventionnels",
    [PAL_WORD_SYMBOL_DOTS] =
        "Deux points (..)\u00a0: donnée non disponible ou non fournie séparément.",
    [PAL_WORD_SYMBOL_DASH] = "Tiret (—)\u00a0: néant.",
    [PAL_WORD_SYMBOL_HYPHEN] = "Trait d’union (-)\u00a0: sans objet.",
    [PAL_WORD_SYMBOL_ZERO] = "0 ou 0,0\u00a0: moins de la moitié de l’unité indiquée.",
    [PAL_WORD_SYMBOL_MASKED] =
        "Un chiffre précédé de < ou deux chiffres reliés par un tiret\u00a0: la source masque les "
        "petits nombres\u00a0; la valeur se situe dans cette fourchette.",
    [PAL_WORD_SYMBOL_WITHHELD] = "c\u00a0: confidentiel, non communiqué par la source.",
    [PAL_WORD_SYMBOL_PROTECTED] = "c\u00a0: confidentiel, non publié afin de protéger les "
                                  "personnes ou jusqu'à la date fixée par la source.",
    [PAL_WORD_METHOD_LINE] = "{1}\u00a0: {2} ({3}).",
    [PAL_WORD_METHOD_GARWOOD] = "intervalle exact de Poisson (Garwood 1936)",
    [PAL_WORD_METHOD_FAYFEUER] = "intervalle gamma (Fay et Feuer 1997)",
    [PAL_WORD_METHOD_WILSON] = "intervalle du score (Wilson 1927)",
    [PAL_WORD_METHOD_GOODMAN] = "intervalles simultanés du score (Goodman 1965)",
    [PAL_WORD_METHOD_LOG_DELTA] = "méthode delta sur le logarithme du rapport",
    [PAL_WORD_METHOD_QUASI] = "pour les séries plus dispersées que ne le veut le hasard, "
                              "intervalle quasi-Poisson (McCullagh et Nelder 1989)",
    [PAL_WORD_METHOD_STATUS] = "tous les États interrogés",
    [PAL_WORD_METHOD_SUM] = "somme des données communiquées",
    [PAL_WORD_LONELY] = "Strates dont une seule unité a été tirée\u00a0: {1} au plus par "
                        "chiffre\u00a0; règle\u00a0: {2}.",
    [PAL_WORD_LONELY_CERTAINTY] = "tenues pour certaines, elles n’ajoutent aucune variance",
    [PAL_WORD_LONELY_REMOVE] = "laissées hors de la variance",
    [PAL_WORD_LONELY_AVERAGE] = "elles reçoivent la variance moyenne des autres strates",
    [PAL_WORD_LONELY_ADJUST] = "leurs unités sont rapportées à la moyenne de toutes les unités",
    [PAL_WORD_METHOD_TAYLOR] =
        "variance fondée sur le plan de sondage, par linéarisation de Taylor",
    [PAL_WORD_METHOD_REPLICATES] = "variance fondée sur le plan de sondage, par réplication",
    [PAL_WORD_METHOD_SYSTEMS] =
        "estimation par systèmes multiples (Chan, Silverman et Vincent 2021)",
    [PAL_WORD_METHOD_RECAPTURE] = "recapture des cas signalés (Chapman 1951\u00a0; OIT 2005)",
    [PAL_WORD_METHOD_NONRESPONSE] = "poids ajustés pour la non-réponse",
    [PAL_WORD_METHOD_TRIMMED] = "poids extrêmes tronqués",
    [PAL_WORD_METHOD_POSTSTRATIFIED] = "poids post-stratifiés sur une population connue",
    [PAL_WORD_METHOD_RAKED] = "poids calés par ratissage sur des marges connues de la population",
    [PAL_WORD_METHOD_CALIBRATED] = "poids calés sur des totaux connus de la population",
    [PAL_WORD_METHOD_IMPUTED] = "réponses manquantes imputées plusieurs fois (Rubin 1987)",
    [PAL_WORD_DATE] = "{1} {2} {3}",
    [PAL_WORD_MONTH_1] = "janvier",
    [PAL_WORD_MONTH_2] = "février",
    [PAL_WORD_MONTH_3] = "mars",
    [PAL_WORD_MONTH_4] = "avril",
    [PAL_WORD_MONTH_5] = "mai",
    [PAL_WORD_MONTH_6] = "juin",
    [PAL_WORD_MONTH_7] = "juillet",
    [PAL_WORD_MONTH_8] = "août",
    [PAL_WORD_MONTH_9] = "septembre",
    [PAL_WORD_MONTH_10] = "octobre",
    [PAL_WORD_MONTH_11] = "novembre",
    [PAL_WORD_MONTH_12] = "décembre",
    [PAL_WORD_NOTE] = "Note",
    [PAL_WORD_SOURCE] = "Source",
    [PAL_WORD_METHOD] = "Méthode",
    [PAL_WORD_COVERAGE_LABEL] = "Couverture",
    [PAL_WORD_COVERAGE] = "{1}\u00a0: {2} États sur {3} ont fourni des données, soit {4}\u00a0% de "
                          "la population ({5}).",
    [PAL_WORD_COVERAGE_PLAIN] = "{1}\u00a0: {2} États sur {3} ont fourni des données ({4}).",
    [PAL_WORD_NOT_SEPARABLE] =
        "La source ne distingue pas les infractions transnationales des infractions "
        "internes\u00a0; les chiffres portent "
        "sur les deux, et aucun total pour l’une ou l’autre catégorie ne doit en être déduit.",
    [PAL_WORD_NO_FIGURES] = "Aucun chiffre dans ce cycle\u00a0: {1}.",
    [PAL_WORD_ROUNDING] = "Les totaux peuvent ne pas correspondre à la somme des éléments, les "
                          "chiffres étant arrondis et les États "
                          "communiquant séparément les totaux et leurs parties.",
    [PAL_WORD_DISCLAIMER] =
        "Les appellations employées et la présentation des données n’impliquent, de la part du "
        "Secrétariat de "
        "l’Organisation des Nations Unies, aucune prise de position quant au statut juridique des "
        "pays, territoires, "
        "villes ou zones, ou de leurs autorités, ni quant au tracé de leurs frontières ou limites.",
    [PAL_WORD_SYNTHETIC] =
        "Données synthétiques\u00a0: les États XAA à XZZ sont fictifs, de même que leurs chiffres.",
    [PAL_WORD_DRAFT] =
        "Projet soumis à l’examen des gouvernements\u00a0; n’est pas un document officiel",
    [PAL_WORD_UNC_NONE] = "ni erreur d’échantillonnage ni variation aléatoire",
    [PAL_WORD_UNC_SAMPLING] = "erreur d’échantillonnage",
    [PAL_WORD_UNC_RANDOM] = "variation aléatoire d’un dénombrement complet",
    [PAL_WORD_UNC_MODEL] = "incertitude du modèle",
    [PAL_WORD_UNC_IMPUTATION] = "incertitude d’imputation",
    [PAL_WORD_UNC_EXPERT] = "dispersion des avis d’experts",
    [PAL_WORD_FLAG_CENSORED] = "Comprend des nombres masqués par la source.",
    [PAL_WORD_FLAG_ROWS_LEFT_OUT] = "Des lignes erronées de la source ont été écartées.",
    [PAL_WORD_FLAG_DUPLICATES] = "La source donne ce chiffre plus d’une fois.",
    [PAL_WORD_FLAG_PARTS_SUM] = "Somme des parties de l’État, qui ont toutes fourni des données.",
    [PAL_WORD_FLAG_PART] = "Partie d’un État.",
    [PAL_WORD_FLAG_LUMP] = "Plusieurs pays ou zones réunis, que la source ne nomme pas.",
    [PAL_WORD_FLAG_NO_DENOMINATOR] =
        "Chiffre de population non disponible pour cette zone et cette année.",
    [PAL_WORD_FLAG_DENOMINATOR_ALL] = "Rapporté à la population totale.",
    [PAL_WORD_FLAG_COHORT] = "Les deux stades ne concernent pas les mêmes personnes.",
    [PAL_WORD_FLAG_PARTS_DISAGREE] =
        "La somme des parties données par la source ne correspond pas à ce total.",
    [PAL_WORD_FLAG_STAGE_ORDER] =
        "Moins de personnes à un stade antérieur qu’à un stade ultérieur la même année.",
    [PAL_WORD_FLAG_RATE_DISAGREES] = "Le taux donné par la source contredit ce nombre.",
    [PAL_WORD_FLAG_OVERDISPERSED] = "L’intervalle tient compte de la dispersion de cette série.",
    [PAL_WORD_FLAG_INCOMPLETE] = "Seulement les États ayant fourni des données.",
    [PAL_WORD_FLAG_SYNTHETIC] = "Synthétique.",
    [PAL_WORD_FLAG_DEFINITION] = "Définition propre à l’État.",
    [PAL_WORD_FLAG_BREAK] = "Rupture de série.",
    [PAL_WORD_FLAG_PROVISIONAL] = "Provisoire.",
    [PAL_WORD_FLAG_CENSORED_MARGIN] = "Un total publié réduit la fourchette du nombre masqué.",
    [PAL_WORD_FLAG_UNRELIABLE] = "Fiabilité insuffisante.",
    [PAL_WORD_FLAG_PROTECTED] =
        "Non publié\u00a0: petit effectif, selon les règles de confidentialité de la source.",
    [PAL_WORD_FLAG_PROTECTING] = "Non publié afin qu'un effectif protégé ne puisse être déduit.",
    [PAL_WORD_FLAG_EMBARGO] = "Non publié avant la fin de l'embargo de la source.",
    [PAL_WORD_FLAG_LONELY] = "Sa variance comprend des strates dont une seule unité a été tirée.",
    [PAL_WORD_SKIP] = "Aller au contenu",
    [PAL_WORD_CONTENTS] = "Table des matières",
    [PAL_WORD_LANGUAGES] = "Langues",
    [PAL_WORD_AS_OF] = "Au {1}",
    [PAL_WORD_SUMMARY] = "Résumé",
    [PAL_WORD_SUMMARY_COUNT] =
        "{1} indicateurs ont été calculés pour {2} pays et zones, soit {3} chiffres de {4} à {5}.",
    [PAL_WORD_SUMMARY_INTERVAL] = "{1}\u00a0% des chiffres sont assortis d’un intervalle\u00a0; "
                                  "{2} chiffres manquent ou ne sont donnés que par "
                                  "leurs bornes, la source masquant les petits nombres.",
    [PAL_WORD_SUMMARY_FINDINGS] = "Les contrôles des données ont donné {1} erreurs, {2} "
                                  "avertissements et {3} remarques\u00a0; les lignes "
                                  "erronées n’entrent dans aucun chiffre.",
    [PAL_WORD_PHENOMENON] = "Le phénomène",
    [PAL_WORD_PHENOMENON_TEXT] = "Chiffres sur la criminalité organisée elle-même, détectée ou "
                                 "estimée. La criminalité détectée dépend "
                                 "des efforts de détection.",
    [PAL_WORD_IMPLEMENTATION] = "L’application",
    [PAL_WORD_IMPLEMENTATION_TEXT] = "Chiffres sur l’action des États au titre de la Convention et "
                                     "de ses Protocoles. Ils ne sont jamais "
                                     "additionnés aux chiffres sur le phénomène.",
    [PAL_WORD_OTHER_FORMATS] = "Ce tableau au format",
    [PAL_WORD_NATIONAL] = "Définitions nationales en regard des définitions normalisées",
    [PAL_WORD_NATIONAL_FIGURE] = "Chiffre national",
    [PAL_WORD_STANDARD_FIGURE] = "Chiffre normalisé",
    [PAL_WORD_EVIDENCE] = "Éléments qualitatifs",
    [PAL_WORD_EVIDENCE_TEXT] =
        "Constatations qui éclairent les chiffres, avec leur source et leur degré de certitude.",
    [PAL_WORD_ASSESSMENT] = "Appréciation",
    [PAL_WORD_CONFIDENCE] = "Degré de confiance",
    [PAL_WORD_HIGH] = "élevé",
    [PAL_WORD_MEDIUM] = "moyen",
    [PAL_WORD_LOW] = "faible",
    [PAL_WORD_METHODS] = "Notes méthodologiques et directives de collecte",
    [PAL_WORD_DEFINITION] = "Définition",
    [PAL_WORD_UNIT] = "Unité",
    [PAL_WORD_COUNTING_UNIT] = "Unité de compte",
    [PAL_WORD_COUNTING_STAGE] = "Stade du comptage",
    [PAL_WORD_PRINCIPAL_RULE] = "Règle de l’infraction principale",
    [PAL_WORD_INDICATOR] = "Indicateur",
    [PAL_WORD_DISPUTED] = "Chiffres contestés",
    [PAL_WORD_DISPUTED_TEXT] =
        "Un gouvernement et le Secrétariat ne s’accordent pas sur ces chiffres. Les deux valeurs "
        "sont imprimées, chacune avec son explication\u00a0; les totaux régionaux et mondiaux "
        "reposent sur la valeur proposée.",
    [PAL_WORD_DISPUTED_GIVEN] = "Valeur donnée par le Gouvernement",
    [PAL_WORD_DISPUTED_REASON] = "Explication du Gouvernement",
    [PAL_WORD_DISPUTED_PROPOSED] = "Valeur proposée",
    [PAL_WORD_DISPUTED_BASIS] = "Explication de la valeur proposée",
    [PAL_WORD_DISPUTED_COMPUTED] = "calculée à partir de\u00a0: {1}",
    [PAL_WORD_CONFIDENTIALITY] = "Confidentialité",
    [PAL_WORD_LAW_CELL] =
        "les effectifs de 1 à {1}, et ce qui permettrait de les déduire, ne sont pas publiés",
    [PAL_WORD_LAW_EMBARGO] = "ne pas publier avant le {1}",
    [PAL_WORD_SCOPE] = "Portée",
    [PAL_WORD_SCOPE_TRANSNATIONAL] = "transnationale",
    [PAL_WORD_SCOPE_DOMESTIC] = "interne",
    [PAL_WORD_SCOPE_ANY] = "transnationale et interne",
    [PAL_WORD_SCOPE_NOT_SEPARABLE] = "non séparable",
    [PAL_WORD_CLASSIFICATION] = "Classification",
    [PAL_WORD_ESTIMATOR] = "Estimateur et référence",
    [PAL_WORD_COMPARABILITY] = "Comparabilité",
    [PAL_WORD_GUIDELINE] = "Directive de collecte",
    [PAL_WORD_REFERENCES] = "Références",
    [PAL_WORD_FINDINGS] = "Constats sur les données",
    [PAL_WORD_FINDINGS_TEXT] = "Ce que les contrôles ont relevé, par règle et par fichier. "
                               "findings.csv les énumère avec leur ligne.",
    [PAL_WORD_SEVERITY] = "Gravité",
    [PAL_WORD_ERROR] = "erreur",
    [PAL_WORD_WARNING] = "avertissement",
    [PAL_WORD_INFORMATION] = "remarque",
    [PAL_WORD_RULE] = "Règle",
    [PAL_WORD_FILE] = "Fichier",
    [PAL_WORD_COUNT] = "Nombre",
    [PAL_WORD_FIRST] = "Premier\u00a0: ligne et constat",
    [PAL_WORD_SOURCES] = "Sources de données",
    [PAL_WORD_DATASET] = "Jeu de données",
    [PAL_WORD_PUBLISHER] = "Éditeur et référence",
    [PAL_WORD_LICENCE] = "Licence",
    [PAL_WORD_ROWS] = "Lignes",
    [PAL_WORD_FINGERPRINT] = "SHA-256",
    [PAL_WORD_CITE] = "Comment citer",
    [PAL_WORD_CITE_TEXT] = "{1}. {2}. Calculé avec palermo {3} à partir des sources énumérées "
                           "ci-dessus\u00a0; manifest.json désigne chaque "
                           "entrée et chaque définition par son empreinte SHA-256.",
    [PAL_WORD_CHART_LOG] = "Échelle logarithmique.",
    [PAL_WORD_CHART_LIMITS] = "Traits fins\u00a0: intervalles à {1}\u00a0%.",
    [PAL_WORD_CHART_MASKED] =
        "Barres vides\u00a0: la source masque les petits nombres\u00a0; la valeur se situe "
        "dans la barre.",
    [PAL_WORD_CHART_GAP] = "Interruption d’une ligne\u00a0: pas de valeur pour cette année.",
    [PAL_WORD_CHART_TOTALS] =
        "Totaux des États ayant fourni des données. Ces États diffèrent d’une année à "
        "l’autre\u00a0; une variation peut tenir aux réponses elles-mêmes.",
    [PAL_WORD_CHART_DATA] = "Chiffres de ce graphique",
    [PAL_WORD_CHART_LINES] = "Graphique en courbes des valeurs par année, de {1} à {2}\u00a0: {3}.",
    [PAL_WORD_CHART_BARS] = "Diagramme à barres ({1})\u00a0: {2}.",
    [PAL_WORD_CHART_DOTS] = "Graphique à points, pays et zones par ordre alphabétique\u00a0: {1}.",
    [PAL_WORD_KEY] = "Ce que montrent les chiffres",
    [PAL_WORD_KEY_TEXT] =
        "Les totaux sont ceux de la dernière année où au moins moitié autant d’États que "
        "l’année la mieux couverte ont fourni des données, et ne portent que sur ces États. "
        "Un État n’est compté en hausse ou en baisse que si les intervalles de ses deux "
        "dernières années communiquées ne se chevauchent pas\u00a0; la détection, "
        "l’enregistrement et le droit changent aussi, et pas seulement la criminalité. Les "
        "États ne sont pas classés.",
    [PAL_WORD_KEY_COVERAGE] = "États ayant fourni des données\u00a0: {1} sur {2}.",
    [PAL_WORD_KEY_COVERAGE_POPULATION] =
        "États ayant fourni des données\u00a0: {1} sur {2}, soit {3}\u00a0% de la population.",
    [PAL_WORD_KEY_BOUNDS] = "entre {1} et {2}, la source masquant les petits nombres",
    [PAL_WORD_KEY_CHANGES] =
        "États comptant au moins deux années communiquées\u00a0: {1}, dont en hausse\u00a0: "
        "{2}, en baisse\u00a0: {3}, variation indiscernable du hasard\u00a0: {4}.",
    [PAL_WORD_KEY_NONE] = "Aucun total n’a pu être calculé.",
    [PAL_WORD_STAT_INDICATORS] = "Indicateurs",
    [PAL_WORD_STAT_AREAS] = "Pays et zones",
    [PAL_WORD_STAT_FIGURES] = "Chiffres",
    [PAL_WORD_STAT_INTERVALS] = "Chiffres assortis d’un intervalle",
    [PAL_WORD_STAT_KINDS] = "Type d’incertitude",
    [PAL_WORD_MIXED] = "L’application rapportée au phénomène",
    [PAL_WORD_MIXED_TEXT] =
        "Ces chiffres divisent l’action des États par ce qui a été détecté, comme leurs "
        "définitions l’indiquent. Ils ne mesurent ni l’une ni l’autre isolément.",
    [PAL_WORD_NATIONAL_WHY] = "En quoi elle diffère",
    [PAL_WORD_VERSION] = "Version",
    [PAL_WORD_BASIS] = "Base",
    [PAL_WORD_BASIS_DETECTED] = "ce qui a été détecté",
    [PAL_WORD_BASIS_ESTIMATED] = "estimation",
    [PAL_WORD_BASIS_ACTIVITY] = "activité des autorités",
    [PAL_WORD_BASIS_LAW] = "droit",
    [PAL_WORD_KIND] = "Nature",
    [PAL_WORD_SDG] = "Objectifs de développement durable",
    [PAL_WORD_UNCERTAINTY] = "Incertitude",
    [PAL_WORD_BREAKS] = "Ruptures de série",
    [PAL_WORD_BROKEN_DOWN] = "Ventilation",
    [PAL_WORD_SAME_AS] = "Voir {1}.",
    [PAL_WORD_BACK] = "Retour à la table des matières",
    [PAL_WORD_EXPLAIN] =
        "Pour voir de quels fichiers, lignes et formule provient un chiffre\u00a0:",
    [PAL_WORD_FILES] = "Fichiers",
    [PAL_WORD_RETRIEVED] = "Date de consultation",
    [PAL_WORD_ROWS_LEFT_OUT] = "Lignes écartées",
    [PAL_WORD_FINDINGS_NONE] = "Les contrôles n’ont rien relevé.",
    [PAL_WORD_FINDINGS_ENGLISH] = "Les constats sont rédigés en anglais.",
};
