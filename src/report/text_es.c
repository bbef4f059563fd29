/* text_es.c: Spanish. */
#include "inside.h"

const char *const report_text_es[PAL_WORDS] = {
    [PAL_WORD_TABLE] = "Cuadro",
    [PAL_WORD_AREA] = "País o zona",
    [PAL_WORD_YEAR] = "Año",
    [PAL_WORD_LOWER] = "Límite inferior",
    [PAL_WORD_UPPER] = "Límite superior",
    [PAL_WORD_INTERVAL] = "Intervalo del {1} %",
    [PAL_WORD_OTHER_AREAS] = "No asignado a ningún país",
    [PAL_WORD_LABELLED] = "{1}: {2}",
    [PAL_WORD_TABLE_TITLE] = "Cuadro {1}. {2}",
    [PAL_WORD_STUB_COVERAGE] = "{1} ({2} de {3} Estados)",
    [PAL_WORD_YEAR_NOTE] = "Datos de {1}.",
    [PAL_WORD_NATIONAL_NOTE] = "Según la definición del propio Estado («{1}»): {2}.",
    [PAL_WORD_WITH_INTERVAL] = "{1} (intervalo de {2} a {3})",
    [PAL_WORD_MARK_NOTE] = "{1}. {2}",
    [PAL_WORD_NOTES] = "Notas",
    [PAL_WORD_SYMBOLS] = "Signos convencionales",
    [PAL_WORD_SYMBOL_DOTS] = "Dos puntos (..): dato no disponible o no comunicado por separado.",
    [PAL_WORD_SYMBOL_DASH] = "Raya (—): nulo.",
    [PAL_WORD_SYMBOL_HYPHEN] = "Guion (-): no se aplica.",
    [PAL_WORD_SYMBOL_ZERO] = "0 o 0,0: menos de la mitad de la unidad indicada.",
    [PAL_WORD_SYMBOL_MASKED] =
        "Una cifra precedida de < o dos cifras unidas por una raya: la fuente oculta los números "
        "pequeños; el valor se encuentra en ese intervalo.",
    [PAL_WORD_SYMBOL_WITHHELD] = "c: confidencial, no facilitado por la fuente.",
    [PAL_WORD_SYMBOL_PROTECTED] = "c: confidencial, no se publica para proteger a las personas o "
                                  "hasta la fecha que indica la fuente.",
    [PAL_WORD_METHOD_LINE] = "{1}: {2} ({3}).",
    [PAL_WORD_METHOD_GARWOOD] = "intervalo exacto de Poisson (Garwood 1936)",
    [PAL_WORD_METHOD_FAYFEUER] = "intervalo gamma (Fay y Feuer 1997)",
    [PAL_WORD_METHOD_WILSON] = "intervalo de puntuación (Wilson 1927)",
    [PAL_WORD_METHOD_GOODMAN] = "intervalos de puntuación simultáneos (Goodman 1965)",
    [PAL_WORD_METHOD_LOG_DELTA] = "método delta sobre el logaritmo de la razón",
    [PAL_WORD_METHOD_QUASI] = "cuando una serie se dispersa más de lo que permite el azar, "
                              "intervalo cuasi-Poisson (McCullagh y Nelder 1989)",
    [PAL_WORD_METHOD_STATUS] = "todos los Estados consultados",
    [PAL_WORD_METHOD_SUM] = "suma de lo comunicado",
    [PAL_WORD_LONELY] =
        "Estratos de los que se seleccionó una sola unidad: {1} como máximo por cifra; regla: {2}.",
    [PAL_WORD_LONELY_CERTAINTY] = "se consideran seguros y no añaden varianza",
    [PAL_WORD_LONELY_REMOVE] = "se dejan fuera de la varianza",
    [PAL_WORD_LONELY_AVERAGE] = "reciben la varianza media de los demás estratos",
    [PAL_WORD_LONELY_ADJUST] = "sus unidades se comparan con la media de todas las unidades",
    [PAL_WORD_METHOD_TAYLOR] = "varianza basada en el diseño muestral, por linealización de Taylor",
    [PAL_WORD_METHOD_REPLICATES] = "varianza basada en el diseño muestral, por replicación",
    [PAL_WORD_METHOD_SYSTEMS] =
        "estimación por sistemas múltiples (Chan, Silverman y Vincent 2021)",
    [PAL_WORD_METHOD_RECAPTURE] = "recaptura de casos notificados (Chapman 1951; OIT 2005)",
    [PAL_WORD_METHOD_NONRESPONSE] = "ponderaciones ajustadas por falta de respuesta",
    [PAL_WORD_METHOD_TRIMMED] = "ponderaciones extremas recortadas",
    [PAL_WORD_METHOD_POSTSTRATIFIED] =
        "ponderaciones posestratificadas según una población conocida",
    [PAL_WORD_METHOD_RAKED] = "ponderaciones ajustadas iterativamente a distribuciones marginales "
                              "conocidas de la población",
    [PAL_WORD_METHOD_CALIBRATED] =
        "ponderaciones calibradas según totales conocidos de la población",
    [PAL_WORD_METHOD_IMPUTED] = "respuestas ausentes imputadas varias veces (Rubin 1987)",
    [PAL_WORD_DATE] = "{1} de {2} de {3}",
    [PAL_WORD_MONTH_1] = "enero",
    [PAL_WORD_MONTH_2] = "febrero",
    [PAL_WORD_MONTH_3] = "marzo",
    [PAL_WORD_MONTH_4] = "abril",
    [PAL_WORD_MONTH_5] = "mayo",
    [PAL_WORD_MONTH_6] = "junio",
    [PAL_WORD_MONTH_7] = "julio",
    [PAL_WORD_MONTH_8] = "agosto",
    [PAL_WORD_MONTH_9] = "septiembre",
    [PAL_WORD_MONTH_10] = "octubre",
    [PAL_WORD_MONTH_11] = "noviembre",
    [PAL_WORD_MONTH_12] = "diciembre",
    [PAL_WORD_NOTE] = "Nota",
    [PAL_WORD_SOURCE] = "Fuente",
    [PAL_WORD_METHOD] = "Método",
    [PAL_WORD_COVERAGE_LABEL] = "Cobertura",
    [PAL_WORD_COVERAGE] = "{1}: informaron {2} de {3} Estados, con el {4} % de la población ({5}).",
    [PAL_WORD_COVERAGE_PLAIN] = "{1}: informaron {2} de {3} Estados ({4}).",
    [PAL_WORD_NOT_SEPARABLE] = "La fuente no distingue los delitos transnacionales de los "
                               "internos; las cifras abarcan ambos y no cabe "
                               "deducir un total de unos u otros.",
    [PAL_WORD_NO_FIGURES] = "Sin cifras en este ciclo: {1}.",
    [PAL_WORD_ROUNDING] = "Los totales pueden no coincidir con la suma de las partes debido al "
                          "redondeo y a que los Estados comunican los "
                          "totales y las partes por separado.",
    [PAL_WORD_DISCLAIMER] = "Las denominaciones empleadas y la forma en que aparecen presentados "
                            "los datos no entrañan, de parte de la "
                            "Secretaría de las Naciones Unidas, juicio alguno sobre la condición "
                            "jurídica de países, territorios, "
                            "ciudades o zonas, o de sus autoridades, ni respecto de la "
                            "delimitación de sus fronteras o límites.",
    [PAL_WORD_SYNTHETIC] =
        "Datos sintéticos: los Estados XAA a XZZ son ficticios, al igual que sus cifras.",
    [PAL_WORD_DRAFT] = "Proyecto para su examen por los gobiernos; no es un documento oficial",
    [PAL_WORD_UNC_NONE] = "sin error de muestreo ni variación aleatoria",
    [PAL_WORD_UNC_SAMPLING] = "error de muestreo",
    [PAL_WORD_UNC_RANDOM] = "variación aleatoria de un recuento completo",
    [PAL_WORD_UNC_MODEL] = "incertidumbre del modelo",
    [PAL_WORD_UNC_IMPUTATION] = "incertidumbre de la imputación",
    [PAL_WORD_UNC_EXPERT] = "dispersión de la opinión de expertos",
    [PAL_WORD_FLAG_CENSORED] = "Incluye números que la fuente oculta.",
    [PAL_WORD_FLAG_ROWS_LEFT_OUT] = "Se excluyeron filas de la fuente con errores.",
    [PAL_WORD_FLAG_DUPLICATES] = "La fuente da esta cifra más de una vez.",
    [PAL_WORD_FLAG_PARTS_SUM] = "Suma de las partes del Estado, todas las cuales informaron.",
    [PAL_WORD_FLAG_PART] = "Parte de un Estado.",
    [PAL_WORD_FLAG_LUMP] = "Varios países o zonas en conjunto, que la fuente no nombra.",
    [PAL_WORD_FLAG_NO_DENOMINATOR] = "No hay cifra de población para esta zona y año.",
    [PAL_WORD_FLAG_DENOMINATOR_ALL] = "Respecto de la población total.",
    [PAL_WORD_FLAG_COHORT] = "Las dos etapas no se refieren a las mismas personas.",
    [PAL_WORD_FLAG_PARTS_DISAGREE] = "Las partes que da la fuente no suman este total.",
    [PAL_WORD_FLAG_STAGE_ORDER] =
        "Menos personas en una etapa anterior que en una posterior en el mismo año.",
    [PAL_WORD_FLAG_RATE_DISAGREES] = "La tasa que da la fuente contradice este número.",
    [PAL_WORD_FLAG_OVERDISPERSED] = "El intervalo tiene en cuenta la dispersión de esta serie.",
    [PAL_WORD_FLAG_INCOMPLETE] = "Solo los Estados que informaron.",
    [PAL_WORD_FLAG_SYNTHETIC] = "Sintético.",
    [PAL_WORD_FLAG_DEFINITION] = "Definición propia del Estado.",
    [PAL_WORD_FLAG_BREAK] = "Ruptura de la serie.",
    [PAL_WORD_FLAG_PROVISIONAL] = "Provisional.",
    [PAL_WORD_FLAG_CENSORED_MARGIN] = "Un total publicado acota el número oculto.",
    [PAL_WORD_FLAG_UNRELIABLE] = "Fiabilidad insuficiente.",
    [PAL_WORD_FLAG_PROTECTED] =
        "No se publica: recuento pequeño, conforme a las normas de confidencialidad de la fuente.",
    [PAL_WORD_FLAG_PROTECTING] = "No se publica para que no pueda deducirse un recuento protegido.",
    [PAL_WORD_FLAG_EMBARGO] = "No se publica hasta que termine el embargo de la fuente.",
    [PAL_WORD_FLAG_LONELY] =
        "En su varianza hay estratos de los que se seleccionó una sola unidad.",
    [PAL_WORD_SKIP] = "Ir al contenido",
    [PAL_WORD_CONTENTS] = "Índice",
    [PAL_WORD_LANGUAGES] = "Idiomas",
    [PAL_WORD_AS_OF] = "A fecha de {1}",
    [PAL_WORD_SUMMARY] = "Resumen",
    [PAL_WORD_SUMMARY_COUNT] =
        "Se calcularon {1} indicadores para {2} países y zonas, con {3} cifras de {4} a {5}.",
    [PAL_WORD_SUMMARY_INTERVAL] = "El {1} % de las cifras va acompañado de un intervalo; {2} "
                                  "cifras faltan o se dan solo por sus límites "
                                  "porque la fuente oculta los números pequeños.",
    [PAL_WORD_SUMMARY_FINDINGS] = "Las verificaciones de los datos arrojaron {1} errores, {2} "
                                  "advertencias y {3} observaciones; las filas "
                                  "con errores no entran en ninguna cifra.",
    [PAL_WORD_PHENOMENON] = "El fenómeno",
    [PAL_WORD_PHENOMENON_TEXT] = "Cifras sobre la propia delincuencia organizada, detectada o "
                                 "estimada. La delincuencia detectada depende "
                                 "del esfuerzo por detectarla.",
    [PAL_WORD_IMPLEMENTATION] = "La aplicación",
    [PAL_WORD_IMPLEMENTATION_TEXT] = "Cifras sobre lo que hacen los Estados en virtud de la "
                                     "Convención y sus Protocolos. Nunca se suman a "
                                     "las cifras sobre el fenómeno.",
    [PAL_WORD_OTHER_FORMATS] = "Este cuadro en formato",
    [PAL_WORD_NATIONAL] = "Definiciones nacionales junto a las normalizadas",
    [PAL_WORD_NATIONAL_FIGURE] = "Cifra nacional",
    [PAL_WORD_STANDARD_FIGURE] = "Cifra normalizada",
    [PAL_WORD_EVIDENCE] = "Información cualitativa",
    [PAL_WORD_EVIDENCE_TEXT] =
        "Afirmaciones que ayudan a entender las cifras, con su fuente y su grado de certeza.",
    [PAL_WORD_ASSESSMENT] = "Valoración",
    [PAL_WORD_CONFIDENCE] = "Grado de confianza",
    [PAL_WORD_HIGH] = "alto",
    [PAL_WORD_MEDIUM] = "medio",
    [PAL_WORD_LOW] = "bajo",
    [PAL_WORD_METHODS] = "Notas metodológicas y directrices de recopilación",
    [PAL_WORD_DEFINITION] = "Definición",
    [PAL_WORD_UNIT] = "Unidad",
    [PAL_WORD_COUNTING_UNIT] = "Unidad de recuento",
    [PAL_WORD_COUNTING_STAGE] = "Etapa del recuento",
    [PAL_WORD_PRINCIPAL_RULE] = "Regla del delito principal",
    [PAL_WORD_INDICATOR] = "Indicador",
    [PAL_WORD_DISPUTED] = "Cifras en disputa",
    [PAL_WORD_DISPUTED_TEXT] =
        "Un Gobierno y la Secretaría no coinciden en estas cifras. Se publican ambos valores, cada "
        "uno con su explicación; los totales regionales y mundiales utilizan el valor propuesto.",
    [PAL_WORD_DISPUTED_GIVEN] = "Valor indicado por el Gobierno",
    [PAL_WORD_DISPUTED_REASON] = "Explicación del Gobierno",
    [PAL_WORD_DISPUTED_PROPOSED] = "Valor propuesto",
    [PAL_WORD_DISPUTED_BASIS] = "Explicación del valor propuesto",
    [PAL_WORD_DISPUTED_COMPUTED] = "calculado a partir de: {1}",
    [PAL_WORD_CONFIDENTIALITY] = "Confidencialidad",
    [PAL_WORD_LAW_CELL] = "no se publican los recuentos de 1 a {1} ni lo que permitiría deducirlos",
    [PAL_WORD_LAW_EMBARGO] = "no se publica antes del {1}",
    [PAL_WORD_SCOPE] = "Alcance",
    [PAL_WORD_SCOPE_TRANSNATIONAL] = "transnacional",
    [PAL_WORD_SCOPE_DOMESTIC] = "interno",
    [PAL_WORD_SCOPE_ANY] = "transnacional e interno",
    [PAL_WORD_SCOPE_NOT_SEPARABLE] = "no separable",
    [PAL_WORD_CLASSIFICATION] = "Clasificación",
    [PAL_WORD_ESTIMATOR] = "Estimador y referencia",
    [PAL_WORD_COMPARABILITY] = "Comparabilidad",
    [PAL_WORD_GUIDELINE] = "Directriz de recopilación",
    [PAL_WORD_REFERENCES] = "Referencias",
    [PAL_WORD_FINDINGS] = "Observaciones sobre los datos",
    [PAL_WORD_FINDINGS_TEXT] = "Lo que advirtieron las verificaciones, por regla y archivo. "
                               "findings.csv las enumera con su línea.",
    [PAL_WORD_SEVERITY] = "Gravedad",
    [PAL_WORD_ERROR] = "error",
    [PAL_WORD_WARNING] = "advertencia",
    [PAL_WORD_INFORMATION] = "observación",
    [PAL_WORD_RULE] = "Regla",
    [PAL_WORD_FILE] = "Archivo",
    [PAL_WORD_COUNT] = "Número",
    [PAL_WORD_FIRST] = "Primera: línea y observación",
    [PAL_WORD_SOURCES] = "Fuentes de datos",
    [PAL_WORD_DATASET] = "Conjunto de datos",
    [PAL_WORD_PUBLISHER] = "Editor y referencia",
    [PAL_WORD_LICENCE] = "Licencia",
    [PAL_WORD_ROWS] = "Filas",
    [PAL_WORD_FINGERPRINT] = "SHA-256",
    [PAL_WORD_CITE] = "Cómo citar",
    [PAL_WORD_CITE_TEXT] = "{1}. {2}. Calculado con palermo {3} a partir de las fuentes enumeradas "
                           "más arriba; manifest.json identifica "
                           "cada dato de entrada y cada definición por su huella SHA-256.",
    [PAL_WORD_CHART_LOG] = "Escala logarítmica.",
    [PAL_WORD_CHART_LIMITS] = "Líneas finas: intervalos del {1}\u00a0%.",
    [PAL_WORD_CHART_MASKED] =
        "Barras vacías: la fuente oculta los números pequeños; el valor está dentro de la "
        "barra.",
    [PAL_WORD_CHART_GAP] = "Interrupción de una línea: no hay valor para ese año.",
    [PAL_WORD_CHART_TOTALS] =
        "Totales de los Estados que comunicaron datos. Esos Estados varían de un año a otro; "
        "un cambio puede deberse a la propia comunicación de datos.",
    [PAL_WORD_CHART_DATA] = "Cifras de este gráfico",
    [PAL_WORD_CHART_LINES] = "Gráfico de líneas de los valores por año, de {1} a {2}: {3}.",
    [PAL_WORD_CHART_BARS] = "Gráfico de barras ({1}): {2}.",
    [PAL_WORD_CHART_DOTS] = "Gráfico de puntos de países y zonas por orden alfabético: {1}.",
    [PAL_WORD_KEY] = "Lo que muestran las cifras",
    [PAL_WORD_KEY_TEXT] =
        "Los totales son del último año en que comunicó datos al menos la mitad de los "
        "Estados que lo hicieron en el año de mayor cobertura, y abarcan solo a esos "
        "Estados. Se cuenta un alza o una baja solo si no se solapan los intervalos de los "
        "dos últimos años que comunicó el Estado; también cambian la detección, el registro "
        "y la legislación, no solo la delincuencia. No se establece ninguna clasificación de "
        "los Estados.",
    [PAL_WORD_KEY_COVERAGE] = "Estados que comunicaron datos: {1} de {2}.",
    [PAL_WORD_KEY_COVERAGE_POPULATION] =
        "Estados que comunicaron datos: {1} de {2}, con el {3}\u00a0% de la población.",
    [PAL_WORD_KEY_BOUNDS] = "entre {1} y {2}, pues la fuente oculta los números pequeños",
    [PAL_WORD_KEY_CHANGES] =
        "Estados con al menos dos años comunicados: {1}; de ellos, al alza: {2}, a la baja: "
        "{3}, sin cambio distinguible del azar: {4}.",
    [PAL_WORD_KEY_NONE] = "No se ha podido calcular ningún total.",
    [PAL_WORD_STAT_INDICATORS] = "Indicadores",
    [PAL_WORD_STAT_AREAS] = "Países y zonas",
    [PAL_WORD_STAT_FIGURES] = "Cifras",
    [PAL_WORD_STAT_INTERVALS] = "Cifras con intervalo",
    [PAL_WORD_STAT_KINDS] = "Tipo de incertidumbre",
    [PAL_WORD_MIXED] = "La aplicación en relación con el fenómeno",
    [PAL_WORD_MIXED_TEXT] =
        "Estas cifras dividen lo que hacen los Estados por lo que se detectó, como indican "
        "sus definiciones. No miden por separado ni lo uno ni lo otro.",
    [PAL_WORD_NATIONAL_WHY] = "En qué se diferencia",
    [PAL_WORD_VERSION] = "Versión",
    [PAL_WORD_BASIS] = "Base",
    [PAL_WORD_BASIS_DETECTED] = "lo que se detectó",
    [PAL_WORD_BASIS_ESTIMATED] = "estimación",
    [PAL_WORD_BASIS_ACTIVITY] = "actividad de las autoridades",
    [PAL_WORD_BASIS_LAW] = "derecho",
    [PAL_WORD_KIND] = "Naturaleza",
    [PAL_WORD_SDG] = "Objetivos de Desarrollo Sostenible",
    [PAL_WORD_UNCERTAINTY] = "Incertidumbre",
    [PAL_WORD_BREAKS] = "Rupturas de series",
    [PAL_WORD_BROKEN_DOWN] = "Desglose",
    [PAL_WORD_SAME_AS] = "Véase {1}.",
    [PAL_WORD_BACK] = "Volver al índice",
    [PAL_WORD_EXPLAIN] = "Para ver de qué archivos, líneas y fórmula procede una cifra:",
    [PAL_WORD_FILES] = "Archivos",
    [PAL_WORD_RETRIEVED] = "Fecha de consulta",
    [PAL_WORD_ROWS_LEFT_OUT] = "Filas excluidas",
    [PAL_WORD_FINDINGS_NONE] = "Las comprobaciones no hallaron nada.",
    [PAL_WORD_FINDINGS_ENGLISH] = "Las observaciones están redactadas en inglés.",
};
