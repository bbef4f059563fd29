/* docx_parts.c: content types, relations, styles and properties of a Word document. */
#include "docx.h"

#define XML      "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define PACKAGE  "http://schemas.openxmlformats.org/package/2006/"
#define OFFICE   "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
#define WORD_XML "application/vnd.openxmlformats-officedocument.wordprocessingml."
#define CORE_XML "application/vnd.openxmlformats-package.core-properties+xml"

const char docx_content_types[] =
    XML "<Types xmlns=\"" PACKAGE "content-types\">"
        "<Default Extension=\"rels\" "
        "ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
        "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
        "<Override PartName=\"/word/document.xml\" ContentType=\"" WORD_XML "document.main+xml\"/>"
        "<Override PartName=\"/word/styles.xml\" ContentType=\"" WORD_XML "styles+xml\"/>"
        "<Override PartName=\"/docProps/core.xml\" ContentType=\"" CORE_XML "\"/>"
        "</Types>";

const char docx_package_rels[] =
    XML "<Relationships xmlns=\"" PACKAGE "relationships\">"
        "<Relationship Id=\"rId1\" Type=\"" OFFICE "officeDocument\" Target=\"word/document.xml\"/>"
        "<Relationship Id=\"rId2\" Type=\"" PACKAGE "relationships/metadata/core-properties\" "
        "Target=\"docProps/core.xml\"/></Relationships>";

const char docx_document_rels[] =
    XML "<Relationships xmlns=\"" PACKAGE "relationships\">"
        "<Relationship Id=\"rId1\" Type=\"" OFFICE "styles\" Target=\"styles.xml\"/>"
        "</Relationships>";

static const char *const tags[PAL_LANGUAGES] = {
    [PAL_AR] = "ar-SA", [PAL_ZH] = "zh-CN", [PAL_EN] = "en-GB",
    [PAL_FR] = "fr-FR", [PAL_RU] = "ru-RU", [PAL_ES] = "es-ES",
};

void docx_core(pal_str title, enum pal_language language, struct pal_buf *out)
{
    pal_buf_adds(out, XML "<cp:coreProperties xmlns:cp=\"" PACKAGE "metadata/core-properties\" "
                          "xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
                          "xmlns:dcterms=\"http://purl.org/dc/terms/\" "
                          "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>");
    pal_xml_text(out, title);
    /* 1 January 1980, the date of every file in the archive: no clock in any output. */
    pal_buf_addf(out,
                 "</dc:title><dc:creator>palermo</dc:creator><dc:language>%s</dc:language>"
                 "<dcterms:created xsi:type=\"dcterms:W3CDTF\">1980-01-01T00:00:00Z"
                 "</dcterms:created></cp:coreProperties>",
                 tags[language]);
}

static void style(struct pal_buf *out, const char *id, const char *name, const char *paragraph,
                  const char *run, unsigned size)
{
    pal_buf_addf(out,
                 "<w:style w:type=\"paragraph\" w:customStyle=\"1\" w:styleId=\"%s\">"
                 "<w:name w:val=\"%s\"/><w:pPr>%s</w:pPr><w:rPr>%s<w:sz w:val=\"%u\"/>"
                 "<w:szCs w:val=\"%u\"/></w:rPr></w:style>",
                 id, name, paragraph, run, size, size + 2);
}

void docx_styles(enum pal_language language, unsigned size, struct pal_buf *out)
{
    pal_buf_addf(out,
                 XML "<w:styles " DOCX_NAMESPACE "><w:docDefaults><w:rPrDefault><w:rPr>"
                     "<w:rFonts w:ascii=\"Times New Roman\" w:hAnsi=\"Times New Roman\" "
                     "w:eastAsia=\"SimSun\" w:cs=\"Times New Roman\"/><w:sz w:val=\"20\"/>"
                     "<w:szCs w:val=\"22\"/><w:lang w:val=\"%s\" w:eastAsia=\"zh-CN\" "
                     "w:bidi=\"ar-SA\"/></w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>",
                 tags[language == PAL_AR || language == PAL_ZH ? PAL_EN : language]);
    style(out, "Cell", "Table cell", "<w:spacing w:before=\"20\" w:after=\"20\"/>", "", size);
    style(out, "CellHead", "Table group head",
          "<w:keepNext/><w:spacing w:before=\"60\" w:after=\"20\"/>", "", size);
    style(out, "Caption", "Table title", "<w:keepNext/><w:spacing w:before=\"0\" w:after=\"60\"/>",
          "<w:b/><w:bCs/>", 22);
    style(out, "Headnote", "Table headnote",
          "<w:keepNext/><w:spacing w:before=\"0\" w:after=\"100\"/>", "<w:i/><w:iCs/>", 20);
    style(out, "Draft", "Draft notice", "<w:keepNext/><w:spacing w:before=\"0\" w:after=\"120\"/>",
          "", 18);
    style(out, "Notes", "Table notes", "<w:spacing w:before=\"40\" w:after=\"0\"/>", "", 16);
    pal_buf_adds(out, "</w:styles>");
}
