#include "app/docks/scheme_editor.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QEvent>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QToolButton>
#include <QVBoxLayout>
#include <cmath>

#include "app/controls.h"
#include "app/docks/fit_choice.h"
#include "app/docks/grid_choice.h"
#include "app/docks/grid_groups.h"
#include "app/docks/grid_key.h"
#include "app/docks/rounding_choice.h"
#include "app/docks/rule_editor.h"
#include "app/docks/scheme_explanation.h"
#include "app/docks/scheme_text_edit.h"
#include "app/docks/storage_explanation.h"
#include "app/text.h"
#include "app/workspace.h"
#include "core/schemes/recipes.h"
#include "widgets/card.h"
#include "widgets/icons.h"
#include "widgets/theme.h"

namespace ql::gui {

namespace {

constexpr int kGroupSizes[] = {32, 64, 128, 256};
constexpr DType kScaleTypes[] = {DType::f16, DType::bf16, DType::f32};

void select(QComboBox* box, const QVariant& value) { box->setCurrentIndex(box->findData(value)); }

// What parse_transform() reads; the strength of SmoothQuant is a field of its own.
QString transformKey(const Transform& transform) {
    if (std::holds_alternative<Smooth>(transform)) {
        return QStringLiteral("smooth");
    }
    QString text = QString::fromStdString(format(transform));
    text.chop(1);  // the slash
    return text;
}

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
      transform_(addChoice("transform")),
      alpha_(addField<QDoubleSpinBox>("alpha")),
      recipe_(addChoice("recipe")),
      grid_(addChoice<GroupedChoice>("grid")),
      bits_(addChoice("bits")),
      granularity_(addChoice("granularity")),
      group_(addChoice("group")),
      symmetry_(addChoice("symmetry")),
      scale_(addChoice("scale")),
      scaling_(addChoice("scaling")),
      fit_(addField<FitChoice>("fit")),
      rounding_(addField<RoundingChoice>("rounding")),
      activations_(addChoice("activations")),
      text_(new SchemeTextEdit),
      copy_(new QToolButton),
      explanation_(new Callout),
      rules_(new RuleEditor(workspace)) {
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
    layout->addWidget(rules_);
    layout->addStretch(1);

    connect(recipe_, &QComboBox::activated, this, [this] {
        edit([this](Plan& plan) {
            std::get<Recipe>(plan.base).name = recipe_->currentData().toString().toStdString();
        });
    });
    connect(fit_, &FitChoice::chosen, this, &SchemeEditor::editFit);
    connect(rounding_, &RoundingChoice::chosen, this, &SchemeEditor::editRounding);
    connect(grid_, &QComboBox::activated, this, [this] {
        editGrid([this](GridSpec& grid) { grid = gridOf(grid_->currentData().toString(), grid); });
    });
    connect(bits_, &QComboBox::activated, this, [this] {
        editGrid([this](GridSpec& grid) {
            std::get<TextbookGrid>(grid).bits = bits_->currentData().toInt();
        });
    });
    connect(granularity_, &QComboBox::activated, this, [this] {
        editGrid([this](GridSpec& grid) {
            auto& integer = std::get<IntegerGrid>(grid);
            integer.granularity = static_cast<Granularity>(granularity_->currentData().toInt());
            const bool grouped = integer.granularity == Granularity::group;
            integer.group = grouped ? group_->currentData().toInt() : 0;
        });
    });
    connect(group_, &QComboBox::activated, this, [this] {
        editGrid([this](GridSpec& grid) {
            std::get<IntegerGrid>(grid).group = group_->currentData().toInt();
        });
    });
    connect(symmetry_, &QComboBox::activated, this, [this] {
        editGrid([this](GridSpec& grid) {
            std::get<IntegerGrid>(grid).symmetry =
                static_cast<Symmetry>(symmetry_->currentData().toInt());
        });
    });
    connect(scale_, &QComboBox::activated, this, [this] {
        editGrid([this](GridSpec& grid) {
            std::get<IntegerGrid>(grid).scale = static_cast<DType>(scale_->currentData().toInt());
        });
    });
    connect(scaling_, &QComboBox::activated, this, [this] {
        editGrid([this](GridSpec& grid) {
            std::get<Fp8Grid>(grid).scaling =
                static_cast<Fp8Scaling>(scaling_->currentData().toInt());
        });
    });
    alpha_->setRange(0, 1);
    alpha_->setSingleStep(0.05);
    ignoreWheelWithoutFocus(alpha_);
    connect(transform_, &QComboBox::activated, this, &SchemeEditor::editTransform);
    connect(alpha_, &QDoubleSpinBox::editingFinished, this, &SchemeEditor::editTransform);
    connect(activations_, &QComboBox::activated, this, [this] {
        edit([this](Plan& plan) {
            const std::string chosen = activations_->currentData().toString().toStdString();
            std::get<Scheme>(plan.base).activations =
                chosen.empty() ? std::nullopt : std::optional(parse_activations(chosen));
        });
    });
    connect(text_, &SchemeTextEdit::entered, this, [this](const QString& text) {
        workspace_->replaceScheme(workspace_->focus(), parse_plan(text.toStdString()));
        load();
    });
    connect(copy_, &QToolButton::clicked, this,
            [this] { QApplication::clipboard()->setText(text_->field()->text()); });
    connect(workspace_, &Workspace::schemesChanged, this, &SchemeEditor::load);
    connect(workspace_, &Workspace::focusChanged, this, &SchemeEditor::load);
    connect(workspace_, &Workspace::tensorChanged, this, &SchemeEditor::load);
    connect(workspace_, &Workspace::modelRunsChanged, this, [this] {
        if (const ComparedScheme* compared = workspace_->scheme(workspace_->focus())) {
            explain(compared->plan);  // an edit of the text goes on
        }
    });
    retranslate();
}

template <class Field>
Field* SchemeEditor::addField(const char* name) {
    auto* field = new Field;
    field->setObjectName(QString::fromLatin1(name));
    auto* label = new QLabel;
    label->setBuddy(field);
    form_->addRow(label, field);
    return field;
}

template <class Box>
Box* SchemeEditor::addChoice(const char* name) {
    Box* box = addField<Box>(name);
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    ignoreWheelWithoutFocus(box);
    return box;
}

void SchemeEditor::setRowVisible(QWidget* field, bool visible) {
    field->setVisible(visible);
    form_->labelForField(field)->setVisible(visible);
}

void SchemeEditor::edit(const std::function<void(Plan&)>& change) {
    if (const ComparedScheme* compared = workspace_->scheme(workspace_->focus())) {
        Plan plan = compared->plan;
        change(plan);
        workspace_->replaceScheme(compared->id, plan);
        load();
    }
}

void SchemeEditor::editGrid(const std::function<void(GridSpec&)>& change) {
    edit([&change](Plan& plan) {
        auto& scheme = std::get<Scheme>(plan.base);
        change(scheme.grid);
        scheme = supported(scheme);
    });
}

void SchemeEditor::editTransform() {
    edit([this](Plan& plan) {
        Transform& transform = std::get<Scheme>(plan.base).transform;
        const std::string chosen = transform_->currentData().toString().toStdString();
        transform = chosen.empty() ? Transform() : parse_transform(chosen, 0);
        if (auto* smooth = std::get_if<Smooth>(&transform)) {
            smooth->alpha = std::round(alpha_->value() * 100) / 100;
        }
    });
}

void SchemeEditor::editFit(const Fit& fit) {
    edit([&fit](Plan& plan) {
        if (auto* recipe = std::get_if<Recipe>(&plan.base)) {
            recipe->fit = fit;
        } else if (auto* scheme = std::get_if<Scheme>(&plan.base)) {
            scheme->fit = fit;
            if (fit.clip) {
                scheme->gptq.reset();
            }
            *scheme = supported(*scheme);
        }
    });
}

void SchemeEditor::editRounding(const std::optional<Gptq>& gptq) {
    edit([&gptq](Plan& plan) {
        if (auto* recipe = std::get_if<Recipe>(&plan.base)) {
            recipe->gptq = gptq;
        } else if (auto* scheme = std::get_if<Scheme>(&plan.base)) {
            scheme->gptq = gptq;
            scheme->fit.clip = scheme->fit.clip && !gptq;
        }
    });
}

void SchemeEditor::load() {
    const ComparedScheme* compared = workspace_->scheme(workspace_->focus());
    setVisible(compared != nullptr);
    if (!compared) {
        return;
    }
    const PlanBase& base = compared->plan.base;
    const auto* scheme = std::get_if<Scheme>(&base);
    const auto* recipe = std::get_if<Recipe>(&base);
    title_->setText(tr("How %1 quantizes").arg(compared->title()));
    setRowVisible(activations_, scheme);
    loadTransform(scheme);
    setRowVisible(recipe_, recipe);
    if (recipe) {
        select(recipe_, QString::fromStdString(recipe->name));
    }
    if (scheme) {
        select(activations_, scheme->activations
                                 ? QString::fromStdString(format(*scheme->activations))
                                 : QString());
    }
    loadGrid(scheme ? &scheme->grid : nullptr);
    loadFit(base);
    loadRounding(base);
    text_->setText(compared->text());
    explain(compared->plan);
}

void SchemeEditor::loadGrid(const GridSpec* grid) {
    const auto* integer = grid ? std::get_if<IntegerGrid>(grid) : nullptr;
    const auto* textbook = grid ? std::get_if<TextbookGrid>(grid) : nullptr;
    const auto* fp8 = grid ? std::get_if<Fp8Grid>(grid) : nullptr;
    const bool grouped = integer && integer->granularity == Granularity::group;
    setRowVisible(grid_, grid);
    setRowVisible(bits_, textbook && textbook->kind != TextbookKind::q4_0);
    setRowVisible(granularity_, integer);
    setRowVisible(group_, grouped);
    setRowVisible(symmetry_, integer);
    setRowVisible(scale_, integer);
    setRowVisible(scaling_, fp8);
    if (grid) {
        select(grid_, gridKey(*grid));
    }
    if (textbook) {
        select(bits_, textbook->bits);
    }
    if (fp8) {
        select(scaling_, static_cast<int>(fp8->scaling));
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
}

void SchemeEditor::loadTransform(const Scheme* scheme) {
    Scheme with = scheme ? *scheme : Scheme{};
    with.transform = Awq{};
    const auto* smooth = scheme ? std::get_if<Smooth>(&scheme->transform) : nullptr;
    setRowVisible(transform_, scheme && !with.validate());
    setRowVisible(alpha_, smooth);
    select(transform_, scheme ? transformKey(scheme->transform) : QString());
    alpha_->setValue(smooth ? smooth->alpha : Smooth{}.alpha);
}

void SchemeEditor::loadFit(const PlanBase& base) {
    setRowVisible(fit_, !std::holds_alternative<std::monostate>(base));
    if (const auto* recipe = std::get_if<Recipe>(&base)) {
        fit_->setFit(recipe->fit, tr("reference (as ggml)"), true, true, false);
    } else if (const auto* scheme = std::get_if<Scheme>(&base)) {
        const auto grid = make_grid(scheme->grid);
        const auto has = [&grid](const Fit& fit) { return !grid->refuses_fit(fit); };
        const auto* integer = std::get_if<IntegerGrid>(&scheme->grid);
        const auto* textbook = std::get_if<TextbookGrid>(&scheme->grid);
        const bool minMax = (integer && integer->symmetry == Symmetry::asymmetric) ||
                            (textbook && textbook->kind == TextbookKind::asymmetric);
        const bool ggml = std::holds_alternative<StorageGrid>(scheme->grid);
        fit_->setFit(scheme->fit,
                     ggml     ? tr("reference (as ggml)")
                     : minMax ? tr("reference (min–max)")
                              : tr("reference (abs-max)"),
                     has({.importance = scheme->fit.importance, .search = true}),
                     has({.importance = true, .search = scheme->fit.search}), !refuses_clip(*grid));
    }
}

void SchemeEditor::loadRounding(const PlanBase& base) {
    setRowVisible(rounding_, !std::holds_alternative<std::monostate>(base));
    if (const auto* recipe = std::get_if<Recipe>(&base)) {
        const GridSpec grid = StorageGrid{find_recipe(recipe->name)->base};
        rounding_->setRounding(recipe->gptq, can_compensate(*make_grid(grid)));
    } else if (const auto* scheme = std::get_if<Scheme>(&base)) {
        rounding_->setRounding(scheme->gptq, can_compensate(*make_grid(scheme->grid)));
    }
}

void SchemeEditor::explain(const Plan& plan) {
    const QString text = planExplanation(plan, workspace_->tensor());
    const QString here = decisionHere(plan);
    explanation_->setText(here.isEmpty() ? text
                                         : text + QStringLiteral("<br>") + here.toHtmlEscaped());
}

/// What the plan gives the tensor that is looked at, where that does not go without saying.
QString SchemeEditor::decisionHere(const Plan& plan) const {
    const PlanEntry* entry = workspace_->tensorEntry(workspace_->focus());
    const bool bare = std::holds_alternative<Scheme>(plan.base) && plan.rules.empty();
    if (!entry || (bare && entry->fallback.empty())) {
        return {};
    }
    QString text;
    if (!entry->scheme) {
        text =
            entry->rule >= 0
                ? tr("The tensor in view keeps its stored type, by rule %1.").arg(entry->rule + 1)
                : tr("The tensor in view keeps its stored type.");
    } else {
        const QString what = QString::fromStdString(title(*entry->scheme));
        text = entry->rule >= 0 ? tr("The tensor in view gets %1, by rule %2.", "a type, a number")
                                      .arg(what)
                                      .arg(entry->rule + 1)
                                : tr("The tensor in view gets %1.", "a type").arg(what);
    }
    return entry->fallback.empty() ? text : text + u' ' + translated(entry->fallback);
}

void SchemeEditor::fillGrids() {
    const QVariant selected = grid_->currentData();
    grid_->clear();
    for (const GridGroup& group : storageGroups()) {
        grid_->addHeading(group.title);
        for (const DType dtype : group.dtypes) {
            const QString text = toQString(name(dtype));
            grid_->addEntry(text, text.toLower(), bitsText(bits_per_value(dtype)),
                            storageExplanation(dtype));
        }
    }
    grid_->addHeading(tr("Integers"));
    for (int count = kMinGridBits; count <= kMaxGridBits; ++count) {
        grid_->addEntry(tr("int%1").arg(count), QStringLiteral("int%1").arg(count),
                        QStringLiteral("%1 +").arg(count),
                        tr("Codes of %n bit(s), and the scale", nullptr, count));
    }
    grid_->addHeading(tr("8-bit floats"));
    grid_->addEntry(
        tr("FP8 E4M3"), QStringLiteral("fp8_e4m3"), QStringLiteral("8 +"),
        tr("4 bits of exponent, 3 of fraction: up to 448, for weights and activations"));
    grid_->addEntry(tr("FP8 E5M2"), QStringLiteral("fp8_e5m2"), QStringLiteral("8 +"),
                    tr("5 bits of exponent, 2 of fraction: more range, less precision"));
    grid_->addHeading(tr("Textbook"));
    grid_->addEntry(tr("textbook symmetric"), QStringLiteral("textbook_sym"), {});
    grid_->addEntry(tr("textbook asymmetric"), QStringLiteral("textbook_asym"), {});
    grid_->addEntry(tr("textbook Q4_0"), QStringLiteral("textbook_q4_0"), {});
    select(grid_, selected);
}

void SchemeEditor::fillRecipes() {
    QList<QPair<QString, QVariant>> entries;
    for (const RecipeInfo& recipe : recipes()) {
        entries.append({toQString(recipe.name), toQString(recipe.name)});
    }
    fill(recipe_, entries);
}

void SchemeEditor::fillChoices() {
    fillGrids();
    fillRecipes();
    QList<QPair<QString, QVariant>> bits;
    for (int count = kMinGridBits; count <= kMaxGridBits; ++count) {
        bits.append({QString::number(count), count});
    }
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
    fill(scaling_, {{tr("per block of 128 × 128"), static_cast<int>(Fp8Scaling::block)},
                    {tr("per channel"), static_cast<int>(Fp8Scaling::channel)},
                    {tr("per tensor"), static_cast<int>(Fp8Scaling::tensor)}});
    fillActivations();
}

void SchemeEditor::fillActivations() {
    QList<QPair<QString, QVariant>> entries{{tr("as they are"), QString()}};
    for (const Activations& activations : all_activations()) {
        const QString type = activations.dtype == DType::i8        ? tr("int%1").arg(8)
                             : activations.dtype == DType::f8_e4m3 ? tr("FP8 E4M3")
                                                                   : tr("FP8 E5M2");
        const QString text = activations.scaling == Activations::Scaling::token
                                 ? tr("%1 per token", "a type of activations")
                             : activations.scaling == Activations::Scaling::tensor
                                 ? tr("%1 per sequence", "a type of activations")
                                 : tr("%1 static", "a type of activations");
        entries.append({text.arg(type), QString::fromStdString(format(activations))});
    }
    fill(activations_, entries);
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
    label(recipe_, tr("Recipe"), tr("Which of llama.cpp's mixtures of types is used."));
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
    label(scaling_, tr("Granularity"), tr("Which weights share a scale."));
    label(fit_, tr("Fit"), tr("How scale and offset of a block are chosen."));
    label(rounding_, tr("Rounding"), tr("How each weight picks its level."));
    label(activations_, tr("Activations"),
          tr("How what the linears read is stored at run time; it is rounded so when the model is "
             "run. A scale per sequence stands for one per tensor; a static one comes from a "
             "calibration text."));
    label(alpha_, tr("Strength α"),
          tr("How much of the activations' outliers goes to the weights: 0 nothing, 1 all."));
    fill(transform_, {{tr("none", "no transform"), QString()},
                      {QStringLiteral("AWQ"), transformKey(Awq())},
                      {tr("AWQ, by whole modules"), transformKey(Awq{AwqLoss::module})},
                      {QStringLiteral("SmoothQuant"), transformKey(Smooth())}});
    fit_->retranslate();
    rounding_->retranslate();
    rules_->retranslate();
    text_->field()->setAccessibleName(tr("Canonical text of the scheme"));
    text_->field()->setToolTip(
        tr("The scheme as text, for the command line and for others. Edit it and press Return."));
    copy_->setToolTip(tr("Copy the text"));
    copy_->setAccessibleName(tr("Copy the text"));
    fillChoices();
    load();
}

}  // namespace ql::gui
