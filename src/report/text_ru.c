/* text_ru.c: Russian. */
#include "inside.h"

const char *const report_text_ru[PAL_WORDS] = {
    [PAL_WORD_TABLE] = "Таблица",
    [PAL_WORD_AREA] = "Страна или район",
    [PAL_WORD_YEAR] = "Год",
    [PAL_WORD_LOWER] = "Нижняя граница",
    [PAL_WORD_UPPER] = "Верхняя граница",
    [PAL_WORD_INTERVAL] = "{1}-процентный интервал",
    [PAL_WORD_OTHER_AREAS] = "Без распределения по странам",
    [PAL_WORD_LABELLED] = "{1}: {2}",
    [PAL_WORD_TABLE_TITLE] = "Таблица {1}. {2}",
    [PAL_WORD_STUB_COVERAGE] = "{1} ({2} из {3} государств)",
    [PAL_WORD_YEAR_NOTE] = "Данные за {1} год.",
    [PAL_WORD_NATIONAL_NOTE] = "По собственному определению государства («{1}»): {2}.",
    [PAL_WORD_WITH_INTERVAL] = "{1} (интервал от {2} до {3})",
    [PAL_WORD_MARK_NOTE] = "{1}. {2}",
    [PAL_WORD_NOTES] = "Примечания",
    [PAL_WORD_SYMBOLS] = "Условные обозначения",
    [PAL_WORD_SYMBOL_DOTS] = "Две точки (..) — данные отсутствуют или не представлены отдельно.",
    [PAL_WORD_SYMBOL_DASH] = "Тире (—) — нулевая величина.",
    [PAL_WORD_SYMBOL_HYPHEN] = "Дефис (-) — не применимо.",
    [PAL_WORD_SYMBOL_ZERO] = "0 или 0,0 — менее половины указанной единицы.",
    [PAL_WORD_SYMBOL_MASKED] = "Число после знака < или два числа через тире — в источнике малые "
                               "числа скрыты; величина лежит в этом диапазоне.",
    [PAL_WORD_SYMBOL_WITHHELD] = "c — конфиденциальные данные, не сообщенные источником.",
    [PAL_WORD_METHOD_LINE] = "{1}: {2} ({3}).",
    [PAL_WORD_METHOD_GARWOOD] = "точный интервал Пуассона (Garwood 1936)",
    [PAL_WORD_METHOD_FAYFEUER] = "гамма-интервал (Fay and Feuer 1997)",
    [PAL_WORD_METHOD_WILSON] = "интервал Уилсона (Wilson 1927)",
    [PAL_WORD_METHOD_GOODMAN] = "одновременные интервалы (Goodman 1965)",
    [PAL_WORD_METHOD_LOG_DELTA] = "дельта-метод для логарифма отношения",
    [PAL_WORD_METHOD_QUASI] =
        "квазипуассоновский интервал с учетом разброса ряда (McCullagh and Nelder 1989)",
    [PAL_WORD_METHOD_STATUS] = "опрошены все государства",
    [PAL_WORD_METHOD_SUM] = "сумма представленных данных",
    [PAL_WORD_DATE] = "{1} {2} {3} года",
    [PAL_WORD_MONTH_1] = "января",
    [PAL_WORD_MONTH_2] = "февраля",
    [PAL_WORD_MONTH_3] = "марта",
    [PAL_WORD_MONTH_4] = "апреля",
    [PAL_WORD_MONTH_5] = "мая",
    [PAL_WORD_MONTH_6] = "июня",
    [PAL_WORD_MONTH_7] = "июля",
    [PAL_WORD_MONTH_8] = "августа",
    [PAL_WORD_MONTH_9] = "сентября",
    [PAL_WORD_MONTH_10] = "октября",
    [PAL_WORD_MONTH_11] = "ноября",
    [PAL_WORD_MONTH_12] = "декабря",
    [PAL_WORD_NOTE] = "Примечание",
    [PAL_WORD_SOURCE] = "Источник",
    [PAL_WORD_METHOD] = "Метод",
    [PAL_WORD_COVERAGE_LABEL] = "Охват",
    [PAL_WORD_COVERAGE] = "{1}: данные представили {2} из {3} государств, на которые приходится "
                          "{4} процента населения ({5}).",
    [PAL_WORD_COVERAGE_PLAIN] = "{1}: данные представили {2} из {3} государств ({4}).",
    [PAL_WORD_NOT_SEPARABLE] =
        "Источник не отделяет транснациональные преступления от внутренних; данные охватывают и "
        "те, и другие, и "
        "делать из них вывод об итоге по какой-либо из этих категорий нельзя.",
    [PAL_WORD_ROUNDING] = "Итоги могут не совпадать с суммой слагаемых из-за округления, а также "
                          "потому, что государства представляют "
                          "итоги и их составляющие отдельно.",
    [PAL_WORD_DISCLAIMER] =
        "Употребляемые обозначения и изложение материала не означают выражения со стороны "
        "Секретариата Организации "
        "Объединенных Наций какого бы то ни было мнения относительно правового статуса той или "
        "иной страны, "
        "территории, города или района, или их властей, или относительно делимитации их границ.",
    [PAL_WORD_SYNTHETIC] =
        "Синтетические данные: государства XAA–XZZ вымышлены, как и относящиеся к ним числа.",
    [PAL_WORD_DRAFT] =
        "Проект для рассмотрения правительствами; не является официальным документом",
    [PAL_WORD_UNC_NONE] = "ошибка выборки и случайная вариация отсутствуют",
    [PAL_WORD_UNC_SAMPLING] = "ошибка выборки",
    [PAL_WORD_UNC_RANDOM] = "случайная вариация полного учета",
    [PAL_WORD_UNC_MODEL] = "неопределенность модели",
    [PAL_WORD_UNC_IMPUTATION] = "неопределенность импутации",
    [PAL_WORD_UNC_EXPERT] = "разброс экспертных оценок",
    [PAL_WORD_FLAG_CENSORED] = "Содержит числа, скрытые в источнике.",
    [PAL_WORD_FLAG_ROWS_LEFT_OUT] = "Строки источника с ошибками не учтены.",
    [PAL_WORD_FLAG_DUPLICATES] = "В источнике эта величина приведена более одного раза.",
    [PAL_WORD_FLAG_PARTS_SUM] = "Сумма частей государства; данные представлены по всем частям.",
    [PAL_WORD_FLAG_PART] = "Часть государства.",
    [PAL_WORD_FLAG_LUMP] = "Несколько стран или районов вместе, не названных в источнике.",
    [PAL_WORD_FLAG_NO_DENOMINATOR] =
        "Нет данных о численности населения этой территории за этот год.",
    [PAL_WORD_FLAG_DENOMINATOR_ALL] = "В расчете на все население.",
    [PAL_WORD_FLAG_COHORT] = "На двух стадиях учитываются разные лица.",
    [PAL_WORD_FLAG_PARTS_DISAGREE] =
        "Приведенные в источнике составляющие не дают в сумме этого итога.",
    [PAL_WORD_FLAG_STAGE_ORDER] =
        "На более ранней стадии за тот же год меньше лиц, чем на более поздней.",
    [PAL_WORD_FLAG_RATE_DISAGREES] =
        "Приведенный в источнике коэффициент противоречит этому числу.",
    [PAL_WORD_FLAG_OVERDISPERSED] = "В интервале учтен разброс данного ряда.",
    [PAL_WORD_FLAG_INCOMPLETE] = "Только государства, представившие данные.",
    [PAL_WORD_FLAG_SYNTHETIC] = "Синтетические данные.",
    [PAL_WORD_FLAG_DEFINITION] = "Собственное определение государства.",
    [PAL_WORD_FLAG_BREAK] = "Разрыв ряда.",
    [PAL_WORD_FLAG_PROVISIONAL] = "Предварительные данные.",
    [PAL_WORD_FLAG_CENSORED_MARGIN] = "Опубликованный итог сужает диапазон скрытого числа.",
    [PAL_WORD_FLAG_UNRELIABLE] = "Недостаточная надежность.",
    [PAL_WORD_SKIP] = "Перейти к содержанию",
    [PAL_WORD_CONTENTS] = "Содержание",
    [PAL_WORD_LANGUAGES] = "Языки",
    [PAL_WORD_AS_OF] = "По состоянию на {1}",
    [PAL_WORD_SUMMARY] = "Резюме",
    [PAL_WORD_SUMMARY_COUNT] =
        "Рассчитано показателей: {1}; стран и районов: {2}; значений: {3}; период: {4}–{5} годы.",
    [PAL_WORD_SUMMARY_INTERVAL] = "Доля значений с интервалом: {1} процентов; значений, которые "
                                  "отсутствуют или даны только границами "
                                  "из-за сокрытия малых чисел в источнике: {2}.",
    [PAL_WORD_SUMMARY_FINDINGS] = "При проверке данных выявлено ошибок: {1}, предупреждений: {2}, "
                                  "замечаний: {3}; строки с ошибками не "
                                  "входят ни в одно значение.",
    [PAL_WORD_PHENOMENON] = "Явление",
    [PAL_WORD_PHENOMENON_TEXT] = "Данные о самой организованной преступности — выявленной или "
                                 "оцененной. Выявленная преступность зависит "
                                 "от усилий по ее выявлению.",
    [PAL_WORD_IMPLEMENTATION] = "Осуществление",
    [PAL_WORD_IMPLEMENTATION_TEXT] =
        "Данные о деятельности государств в рамках Конвенции и протоколов к ней. Они никогда не "
        "складываются с данными о самом явлении.",
    [PAL_WORD_OTHER_FORMATS] = "Эта таблица в формате",
    [PAL_WORD_NATIONAL] = "Национальные определения рядом со стандартными",
    [PAL_WORD_NATIONAL_FIGURE] = "Национальное значение",
    [PAL_WORD_STANDARD_FIGURE] = "Стандартное значение",
    [PAL_WORD_EVIDENCE] = "Качественные сведения",
    [PAL_WORD_EVIDENCE_TEXT] =
        "Сведения, относящиеся к данным, с указанием источника и степени уверенности.",
    [PAL_WORD_ASSESSMENT] = "Оценка",
    [PAL_WORD_CONFIDENCE] = "Уверенность",
    [PAL_WORD_HIGH] = "высокая",
    [PAL_WORD_MEDIUM] = "средняя",
    [PAL_WORD_LOW] = "низкая",
    [PAL_WORD_METHODS] = "Методические примечания и руководство по сбору данных",
    [PAL_WORD_DEFINITION] = "Определение",
    [PAL_WORD_UNIT] = "Единица",
    [PAL_WORD_COUNTING_UNIT] = "Единица учета",
    [PAL_WORD_COUNTING_STAGE] = "Стадия учета",
    [PAL_WORD_PRINCIPAL_RULE] = "Правило основного преступления",
    [PAL_WORD_SCOPE] = "Охват",
    [PAL_WORD_SCOPE_TRANSNATIONAL] = "транснациональный",
    [PAL_WORD_SCOPE_DOMESTIC] = "внутренний",
    [PAL_WORD_SCOPE_ANY] = "транснациональный и внутренний",
    [PAL_WORD_SCOPE_NOT_SEPARABLE] = "неразделимый",
    [PAL_WORD_CLASSIFICATION] = "Классификация",
    [PAL_WORD_ESTIMATOR] = "Метод оценки и его источник",
    [PAL_WORD_COMPARABILITY] = "Сопоставимость",
    [PAL_WORD_GUIDELINE] = "Руководство по сбору данных",
    [PAL_WORD_REFERENCES] = "Литература",
    [PAL_WORD_FINDINGS] = "Замечания к данным",
    [PAL_WORD_FINDINGS_TEXT] = "Что показали проверки, по правилам и файлам. В файле findings.csv "
                               "каждое замечание указано со строкой.",
    [PAL_WORD_SEVERITY] = "Серьезность",
    [PAL_WORD_ERROR] = "ошибка",
    [PAL_WORD_WARNING] = "предупреждение",
    [PAL_WORD_INFORMATION] = "замечание",
    [PAL_WORD_RULE] = "Правило",
    [PAL_WORD_FILE] = "Файл",
    [PAL_WORD_COUNT] = "Число",
    [PAL_WORD_FIRST] = "Первое: строка и замечание",
    [PAL_WORD_SOURCES] = "Источники данных",
    [PAL_WORD_DATASET] = "Набор данных",
    [PAL_WORD_PUBLISHER] = "Издатель и ссылка",
    [PAL_WORD_LICENCE] = "Лицензия",
    [PAL_WORD_ROWS] = "Строки",
    [PAL_WORD_FINGERPRINT] = "SHA-256",
    [PAL_WORD_CITE] = "Как ссылаться",
    [PAL_WORD_CITE_TEXT] = "{1}. {2}. Рассчитано программой palermo {3} по указанным выше "
                           "источникам; в файле manifest.json каждый "
                           "исходный файл и каждое определение обозначены своим SHA-256.",
    [PAL_WORD_CHART_LOG] = "Логарифмическая шкала.",
    [PAL_WORD_CHART_LIMITS] = "Тонкие линии: {1}-процентные интервалы.",
    [PAL_WORD_CHART_MASKED] =
        "Пустые полосы: малые числа в источнике скрыты; значение лежит в пределах полосы.",
    [PAL_WORD_CHART_GAP] = "Разрыв линии: значение за этот год отсутствует.",
    [PAL_WORD_CHART_TOTALS] =
        "Итоги по государствам, представившим данные. Их состав меняется от года к году; "
        "изменение может объясняться полнотой отчетности.",
    [PAL_WORD_CHART_DATA] = "Данные этого графика",
    [PAL_WORD_CHART_LINES] = "Линейный график значений по годам, с {1} по {2}: {3}.",
    [PAL_WORD_CHART_BARS] = "Столбчатая диаграмма ({1}): {2}.",
    [PAL_WORD_CHART_DOTS] = "Точечная диаграмма стран и районов в алфавитном порядке: {1}.",
    [PAL_WORD_KEY] = "Что показывают данные",
    [PAL_WORD_KEY_TEXT] =
        "Итоги приводятся за последний год, за который данные представило не менее половины "
        "от числа государств в год с наилучшим охватом, и охватывают только эти государства. "
        "Изменение засчитывается, только если интервалы за два последних года, по которым "
        "государство представило данные, не пересекаются; меняются также выявление, учет и "
        "закон, а не только преступность. Государства не ранжируются.",
    [PAL_WORD_KEY_COVERAGE] = "Представили данные: {1} из {2} государств.",
    [PAL_WORD_KEY_COVERAGE_POPULATION] =
        "Представили данные: {1} из {2} государств, где проживает {3} процента населения.",
    [PAL_WORD_KEY_BOUNDS] = "от {1} до {2}, поскольку малые числа в источнике скрыты",
    [PAL_WORD_KEY_CHANGES] =
        "Государства, представившие данные не менее чем за два года: {1}; из них рост: {2}, "
        "снижение: {3}, изменение неотличимо от случайного: {4}.",
    [PAL_WORD_KEY_NONE] = "Итоги рассчитать не удалось.",
    [PAL_WORD_STAT_INDICATORS] = "Показатели",
    [PAL_WORD_STAT_AREAS] = "Страны и районы",
    [PAL_WORD_STAT_FIGURES] = "Значения",
    [PAL_WORD_STAT_INTERVALS] = "Значения с интервалом",
    [PAL_WORD_STAT_KINDS] = "Вид неопределенности",
    [PAL_WORD_MIXED] = "Осуществление в сопоставлении с явлением",
    [PAL_WORD_MIXED_TEXT] =
        "Эти показатели, как указано в их определениях, делят сделанное государствами на "
        "выявленное. По отдельности они не измеряют ни того, ни другого.",
    [PAL_WORD_NATIONAL_WHY] = "В чем отличие",
    [PAL_WORD_VERSION] = "Версия",
    [PAL_WORD_BASIS] = "Основа",
    [PAL_WORD_BASIS_DETECTED] = "выявленное",
    [PAL_WORD_BASIS_ESTIMATED] = "оценка",
    [PAL_WORD_BASIS_ACTIVITY] = "деятельность органов власти",
    [PAL_WORD_BASIS_LAW] = "право",
    [PAL_WORD_KIND] = "Вид",
    [PAL_WORD_SDG] = "Цели в области устойчивого развития",
    [PAL_WORD_UNCERTAINTY] = "Неопределенность",
    [PAL_WORD_BREAKS] = "Разрывы рядов",
    [PAL_WORD_BROKEN_DOWN] = "Разбивка",
    [PAL_WORD_SAME_AS] = "См. {1}.",
    [PAL_WORD_BACK] = "К содержанию",
    [PAL_WORD_EXPLAIN] =
        "Чтобы узнать, из каких файлов и строк и по какой формуле получено значение:",
    [PAL_WORD_FILES] = "Файлы",
    [PAL_WORD_RETRIEVED] = "Дата получения",
    [PAL_WORD_ROWS_LEFT_OUT] = "Исключенные строки",
    [PAL_WORD_FINDINGS_NONE] = "Проверки ничего не выявили.",
    [PAL_WORD_FINDINGS_ENGLISH] = "Замечания сформулированы на английском языке.",
};
