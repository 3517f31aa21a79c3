#include "app/docks/grid_key.h"

namespace ql::gui {

QString gridKey(const GridSpec& grid) {
    if (const auto* integer = std::get_if<IntegerGrid>(&grid)) {
        return QStringLiteral("int%1").arg(integer->bits);
    }
    if (const auto* textbook = std::get_if<TextbookGrid>(&grid)) {
        switch (textbook->kind) {
            case TextbookKind::symmetric:
                return QStringLiteral("textbook_sym");
            case TextbookKind::asymmetric:
                return QStringLiteral("textbook_asym");
            case TextbookKind::q4_0:
                return QStringLiteral("textbook_q4_0");
        }
    }
    const QString text = QString::fromStdString(format(grid));
    return std::holds_alternative<Fp8Grid>(grid) ? text.section(u':', 0, 0) : text;
}

GridSpec gridOf(const QString& key, const GridSpec& before) {
    if (key.startsWith(u"int")) {
        const auto* old = std::get_if<IntegerGrid>(&before);
        IntegerGrid grid = old ? *old : IntegerGrid{};
        grid.bits = key.mid(3).toInt();
        return grid;
    }
    if (key.startsWith(u"textbook")) {
        const auto* old = std::get_if<TextbookGrid>(&before);
        TextbookGrid grid;
        grid.bits = old ? old->bits : grid.bits;
        grid.kind = key == u"textbook_sym"    ? TextbookKind::symmetric
                    : key == u"textbook_asym" ? TextbookKind::asymmetric
                                              : TextbookKind::q4_0;
        if (grid.kind == TextbookKind::q4_0) {
            grid.bits = 4;
        }
        return grid;
    }
    GridSpec grid = parse_grid(key.toStdString());
    const auto* old = std::get_if<Fp8Grid>(&before);
    if (auto* fp8 = std::get_if<Fp8Grid>(&grid); fp8 && old) {
        fp8->scaling = old->scaling;
    }
    return grid;
}

Scheme supported(Scheme scheme) {
    const auto grid = make_grid(scheme.grid);
    if (!can_compensate(*grid)) {
        scheme.gptq.reset();
    }
    if (refuses_clip(*grid)) {
        scheme.fit.clip = false;
    }
    const Fit all = scheme.fit;  // some fits are only there together
    for (const Fit& fit : {all, Fit{.importance = all.importance, .search = false}, Fit{}}) {
        scheme.fit = fit;
        if (!grid->refuses_fit(fit)) {
            break;
        }
    }
    if (scheme.validate()) {
        scheme.transform = {};
    }
    return scheme;
}

}  // namespace ql::gui
