#include "app/docks/scheme_editor.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QEvent>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/controls.h"
#include "app/docks/scheme_explanation.h"
#include "app/docks/scheme_text_edit.h"
#include "app/text.h"
#include "app/workspace.h"
#include "widgets/card.h"
#include "widgets/icons.h"
#include "widgets/theme.h"

namespace ql::gui {

namespace {

constexpr int kGroupSizes[] = {32, 64, 128, 256};
constexpr DType kScaleTypes[] = {DType::f16, DType::bf16, DType::f32};
constexpr int kMinBits = 2;
constexpr int kMaxBits = 8;
// A row to speak of while no tensor is open.
constexpr std::int64_t kTypicalSize = 4096;

// What the grid box holds: the grid's text without parameters.
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
    return QString::fromStdString(format(grid));
}

// The grid of a key, with as much as possible of what was chosen before.
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
    return parse_grid(key.toStdString());
}

void select(QComboBox* box, const QVariant& value) { box->setCurrentIndex(box->findData(value)); }

// Re-labels a box without losing what is selected.
void fill(QComboBox* box, const QList<QPair<QString, QVariant>>& entries) {
    const QVariant selected = box->currentData();
    box->clear();
    for (const auto& [text, value] : entries) {
        box->addItem(text, value);
    }
    select(box, selected);
}

}  // namespace

SchemeEditor::SchemeEditor(Workspace* workspace, QWidget* parent)
    : QWidget(parent),
      workspace_(workspace),
      title_(new QLabel),
      form_(new QFormLayout),
      transform_(addAnswer("transform")),
      grid_(addChoice("grid")),
      bits_(addChoice("bits")),
      granularity_(addChoice("granularity")),
      group_(addChoice("group")),
      symmetry_(addChoice("symmetry")),
      scale_(addChoice("scale")),
      fit_(addAnswer("fit")),
      rounding_(addAnswer("rounding")),
      activations_(addAnswer("activations")),
      text_(new SchemeTextEdit),
      copy_(new QToolButton),
      explanation_(new Callout) {
    setMuted(title_);
    form_->setContentsMargins(0, 0, 0, 0);
    form_->setHorizontalSpacing(12);
    form_->setVerticalSpacing(6);
    form_->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    copy_->setIcon(icon(QStringLiteral("copy")));
    copy_->setAutoRaise(true);
    auto* textRow = new QHBoxLayout;
    textRow->setSpacing(4);
    textRow->addWidget(text_, 1);
    textRow->addWidget(copy_, 0, Qt::AlignTop);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 12, 12, 12);
    layout->setSpacing(8);
    layout->addWidget(title_);
    layout->addLayout(form_);
    layout->addLayout(textRow);
    layout->addWidget(explanation_);
    layout->addStretch(1);

    connect(grid_, &QComboBox::activated, this, [this] {
        edit([this](GridSpec& grid) { grid = gridOf(grid_->currentData().toString(), grid); });
    });
    connect(bits_, &QComboBox::activated, this, [this] {
        edit([this](GridSpec& grid) {
            std::get<TextbookGrid>(grid).bits = bits_->currentData().toInt();
        });
    });
    connect(granularity_, &QComboBox::activated, this, [this] {
        edit([this](GridSpec& grid) {
            auto& integer = std::get<IntegerGrid>(grid);
            integer.granularity = static_cast<Granularity>(granularity_->currentData().toInt());
            const bool grouped = integer.granularity == Granularity::group;
            integer.group = grouped ? group_->currentData().toInt() : 0;
        });
    });
    connect(group_, &QComboBox::activated, this, [this] {
        edit([this](GridSpec& grid) {
            std::get<IntegerGrid>(grid).group = group_->currentData().toInt();
        });
    });
    connect(symmetry_, &QComboBox::activated, this, [this] {
        edit([this](GridSpec& grid) {
            std::get<IntegerGrid>(grid).symmetry =
                static_cast<Symmetry>(symmetry_->currentData().toInt());
        });
    });
    connect(scale_, &QComboBox::activated, this, [this] {
        edit([this](GridSpec& grid) {
            std::get<IntegerGrid>(grid).scale = static_cast<DType>(scale_->currentData().toInt());
        });
    });
    connect(text_, &SchemeTextEdit::schemeEntered, this, [this](const Scheme& scheme) {
        workspace_->replaceScheme(workspace_->focus(), scheme);
        load();
    });
    connect(copy_, &QToolButton::clicked, this,
            [this] { QApplication::clipboard()->setText(text_->field()->text()); });
    connect(workspace_, &Workspace::schemesChanged, this, &SchemeEditor::load);
    connect(workspace_, &Workspace::focusChanged, this, &SchemeEditor::load);
    connect(workspace_, &Workspace::tensorChanged, this, &SchemeEditor::load);
    retranslate();
}

QComboBox* SchemeEditor::addChoice(const char* name) {
    auto* box = new QComboBox;
    box->setObjectName(QString::fromLatin1(name));
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    ignoreWheelWithoutFocus(box);
    auto* label = new QLabel;
    label->setBuddy(box);
    form_->addRow(label, box);
    return box;
}

QLabel* SchemeEditor::addAnswer(const char* name) {
    auto* answer = new QLabel;
    answer->setObjectName(QString::fromLatin1(name));
    form_->addRow(new QLabel, answer);
    return answer;
}

void SchemeEditor::setRowVisible(QComboBox* choice, bool visible) {
    choice->setVisible(visible);
    form_->labelForField(choice)->setVisible(visible);
}

void SchemeEditor::edit(const std::function<void(GridSpec&)>& change) {
    const ComparedScheme* compared = workspace_->scheme(workspace_->focus());
    if (!compared) {
        return;
    }
    Scheme scheme = compared->scheme;
    change(scheme.grid);
    workspace_->replaceScheme(compared->id, scheme);
    load();
}

void SchemeEditor::load() {
    const ComparedScheme* compared = workspace_->scheme(workspace_->focus());
    setVisible(compared != nullptr);
    if (!compared) {
        return;
    }
    title_->setText(tr("How %1 quantizes").arg(compared->title()));
    loadGrid(compared->scheme.grid);
    text_->setText(compared->text());
    explain(compared->scheme);
}

void SchemeEditor::loadGrid(const GridSpec& grid) {
    const auto* integer = std::get_if<IntegerGrid>(&grid);
    const auto* textbook = std::get_if<TextbookGrid>(&grid);
    const bool grouped = integer && integer->granularity == Granularity::group;
    select(grid_, gridKey(grid));
    setRowVisible(bits_, textbook && textbook->kind != TextbookKind::q4_0);
    setRowVisible(granularity_, integer);
    setRowVisible(group_, grouped);
    setRowVisible(symmetry_, integer);
    setRowVisible(scale_, integer);
    if (textbook) {
        select(bits_, textbook->bits);
    }
    if (integer) {
        select(granularity_, static_cast<int>(integer->granularity));
        select(symmetry_, static_cast<int>(integer->symmetry));
        select(scale_, static_cast<int>(integer->scale));
    }
    if (grouped && group_->findData(integer->group) < 0) {
        group_->addItem(QString::number(integer->group), integer->group);
    }
    // A grid without groups keeps a size in mind for when it gets groups again.
    select(group_, grouped ? integer->group : IntegerGrid{}.group);
    const bool minMax = (integer && integer->symmetry == Symmetry::asymmetric) ||
                        (textbook && textbook->kind == TextbookKind::asymmetric);
    const bool ggml = !integer && !textbook;
    fit_->setText(ggml     ? tr("reference (as ggml)")
                  : minMax ? tr("reference (min–max)")
                           : tr("reference (abs-max)"));
}

void SchemeEditor::explain(const Scheme& scheme) {
    const ModelTensor* tensor = workspace_->tensor();
    const bool known = tensor && tensor->matrix();
    QString formula = bitsFormula(scheme.grid, known ? tensor->rows : kTypicalSize,
                                  known ? tensor->cols : kTypicalSize);
    if (formula.isEmpty()) {
        formula = bitsFormula(scheme.grid, kTypicalSize, kTypicalSize);
    }
    explanation_->setText(QStringLiteral("%1<br><b>%2</b>")
                              .arg(gridExplanation(scheme.grid).toHtmlEscaped(), formula));
}

void SchemeEditor::fillChoices() {
    QList<QPair<QString, QVariant>> grids;
    for (const DType dtype : encodable_dtypes()) {
        const QString text = toQString(name(dtype));
        grids.append({text, text.toLower()});
    }
    QList<QPair<QString, QVariant>> bits;
    for (int count = kMinBits; count <= kMaxBits; ++count) {
        grids.append({tr("int%1").arg(count), QStringLiteral("int%1").arg(count)});
        bits.append({QString::number(count), count});
    }
    grids.append({tr("textbook symmetric"), QStringLiteral("textbook_sym")});
    grids.append({tr("textbook asymmetric"), QStringLiteral("textbook_asym")});
    grids.append({tr("textbook Q4_0"), QStringLiteral("textbook_q4_0")});
    fill(grid_, grids);
    fill(bits_, bits);
    fill(granularity_, {{tr("per group"), static_cast<int>(Granularity::group)},
                        {tr("per channel"), static_cast<int>(Granularity::channel)},
                        {tr("per tensor"), static_cast<int>(Granularity::tensor)}});
    fill(symmetry_, {{tr("symmetric"), static_cast<int>(Symmetry::symmetric)},
                     {tr("symmetric, narrow"), static_cast<int>(Symmetry::narrow)},
                     {tr("asymmetric"), static_cast<int>(Symmetry::asymmetric)}});
    QList<QPair<QString, QVariant>> sizes;
    for (const int size : kGroupSizes) {
        sizes.append({QString::number(size), size});
    }
    fill(group_, sizes);
    QList<QPair<QString, QVariant>> scales;
    for (const DType dtype : kScaleTypes) {
        scales.append({toQString(name(dtype)), static_cast<int>(dtype)});
    }
    fill(scale_, scales);
}

void SchemeEditor::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
    }
    QWidget::changeEvent(event);
}

void SchemeEditor::retranslate() {
    const auto label = [this](QWidget* field, const QString& text, const QString& help) {
        auto* name = static_cast<QLabel*>(form_->labelForField(field));
        name->setText(text);
        name->setToolTip(help);
        field->setToolTip(help);
        field->setAccessibleName(text);
    };
    label(transform_, tr("Transform"),
          tr("What is done to the weights first, without changing what the model computes."));
    label(grid_, tr("Grid"), tr("Which values can be stored."));
    label(bits_, tr("Bits"), tr("Bits of a code."));
    label(granularity_, tr("Granularity"), tr("Which weights share a scale."));
    label(group_, tr("Group size"), tr("Weights along a row that share a scale."));
    label(symmetry_, tr("Symmetry"),
          tr("Whether the levels lie around zero or between the "
             "smallest and the largest weight."));
    label(scale_, tr("Scale type"),
          tr("How the scale itself is stored; it is rounded to this type "
             "before codes are chosen."));
    label(fit_, tr("Fit"), tr("How scale and offset of a block are chosen."));
    label(rounding_, tr("Rounding"), tr("How each weight picks its level."));
    label(activations_, tr("Activations"), tr("How activations are stored at run time."));
    transform_->setText(tr("none", "no transform"));
    rounding_->setText(tr("nearest"));
    activations_->setText(tr("as they are"));
    text_->field()->setAccessibleName(tr("Canonical text of the scheme"));
    text_->field()->setToolTip(
        tr("The scheme as text, for the command line and for others. Edit it and press Return."));
    copy_->setToolTip(tr("Copy the text"));
    copy_->setAccessibleName(tr("Copy the text"));
    fillChoices();
    load();
}

}  // namespace ql::gui
