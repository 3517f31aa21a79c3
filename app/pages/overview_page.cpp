#include "app/pages/overview_page.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QScrollArea>
#include <QSortFilterProxyModel>
#include <QSpinBox>
#include <QStackedLayout>
#include <QStandardItemModel>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "app/controls.h"
#include "app/pages/comparison_model.h"
#include "app/pages/tensor_header.h"
#include "app/predictions.h"
#include "app/role_names.h"
#include "app/text.h"
#include "app/workspace.h"
#include "core/model/forward/decoder_spec.h"
#include "core/model/tokenizer.h"
#include "widgets/card.h"
#include "widgets/color_scale.h"
#include "widgets/icons.h"
#include "widgets/number_format.h"
#include "widgets/role_matrix.h"
#include "widgets/theme.h"

namespace ql::gui {

namespace {

constexpr int kPartGap = 12;
constexpr int kModelCardWidth = 216;
constexpr int kRowHeight = 24;
constexpr int kLeastMatrix = 120;

constexpr std::array<std::int64_t, 4> kContexts = {2048, 4096, 8192, 32768};
constexpr int kUsualContext = 1;                    // index into kContexts
constexpr int kLongestContext = kContexts.size();   // the entry after them: the model's own
constexpr int kTypedContext = kLongestContext + 1;  // and the last one
constexpr int kMostTokens = 100'000'000;            // that can be typed for any model
constexpr std::array kCacheTypes = {DType::f16, DType::q8_0};

/// Entries that cannot be chosen say why.
void enableEntry(QComboBox* choice, int index, const QString& whyNot) {
    QStandardItem* item = static_cast<QStandardItemModel*>(choice->model())->item(index);
    item->setEnabled(whyNot.isEmpty());
    item->setToolTip(whyNot);
}

QToolButton* makeButton(QWidget* parent, const QString& iconName) {
    auto* button = new QToolButton(parent);
    button->setIcon(icon(iconName));
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::TabFocus);
    return button;
}

QLabel* makeTitle(QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setFont(titleFont(label->font()));
    label->setTextFormat(Qt::PlainText);
    return label;
}

/// The colours reach from the smallest finite value to the largest.
ValueScale scaleOf(const std::vector<MatrixCell>& cells) {
    std::vector<double> values;
    for (const MatrixCell& cell : cells) {
        if (std::isfinite(cell.value)) {
            values.push_back(cell.value);
        }
    }
    if (values.empty()) {
        return {};
    }
    const auto [lo, hi] = std::minmax_element(values.begin(), values.end());
    return *lo < *hi ? ValueScale{*lo, *hi} : ValueScale{0, *hi > 0 ? *hi : 1};
}

}  // namespace

OverviewPage::OverviewPage(Workspace* workspace, Jobs* jobs, QWidget* parent)
    : Page(workspace, jobs, parent),
      name_(makeTitle(this)),
      factsTable_(new StatTable(this)),
      problem_(new QLabel(this)),
      sizesTitle_(makeTitle(this)),
      contexts_(new Choice(this)),
      typedContext_(new QSpinBox(this)),
      cacheTypes_(new Choice(this)),
      compare_(makeButton(this, QStringLiteral("plus"))),
      copy_(makeButton(this, QStringLiteral("copy"))),
      sizes_(new SizesTable(this)),
      sorted_(new QSortFilterProxyModel(this)),
      view_(new QTableView(this)),
      matrixTitle_(makeTitle(this)),
      metrics_(new Choice(this)),
      finding_(new Callout(this)),
      matrix_(new RoleMatrix),
      scroll_(new QScrollArea(this)),
      scale_(new ColorScale(this)),
      pointed_(new ElidedLabel(this)),
      notice_(makeNotice(this)),
      stack_(new QStackedLayout),
      examining_(jobs),
      readingTokenizer_(jobs) {
    compare_->setObjectName(QStringLiteral("compare"));
    auto* above = new QHBoxLayout;
    above->setSpacing(kPartGap);
    above->addWidget(buildModelCard());
    above->addWidget(buildMatrixCard(), 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kPageMargin, kPartGap, kPageMargin, kPartGap);
    layout->setSpacing(kPartGap);
    layout->addLayout(above, 1);
    layout->addWidget(buildSizesCard(), 1);

    connect(contexts_, &QComboBox::currentIndexChanged, this, &OverviewPage::showCache);
    connect(typedContext_, &QSpinBox::valueChanged, this, &OverviewPage::showCache);
    connect(cacheTypes_, &QComboBox::currentIndexChanged, this, &OverviewPage::showCache);
    connect(compare_, &QToolButton::clicked, this, &OverviewPage::compareSelected);
    connect(copy_, &QToolButton::clicked, this, [this] {
        copy();
        emit message(tr("The table was copied."), false);
    });
    connect(view_, &QTableView::doubleClicked, this, &OverviewPage::compareSelected);
    connect(view_->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &OverviewPage::updateButtons);
    connect(metrics_, &QComboBox::activated, this, [this](int index) {
        preferred_ = kRoleMetrics[static_cast<std::size_t>(index)];
        showMatrix();
    });
    connect(matrix_, &RoleMatrix::pointedChanged, this, &OverviewPage::showPointed);
    connect(matrix_, &RoleMatrix::chosen, workspace, &Workspace::setTensor);
    connect(matrix_, &RoleMatrix::reached, this, [this](const QRect& place) {
        scroll_->ensureVisible(place.center().x(), place.center().y(), place.width(),
                               place.height());
    });

    const auto follow = [this] { invalidate(); };
    connect(workspace, &Workspace::modelChanged, this, &OverviewPage::forget);
    connect(workspace, &Workspace::tensorChanged, this,
            [this] { matrix_->setCurrent(this->workspace()->tensorIndex()); });
    connect(workspace, &Workspace::schemesChanged, this, follow);
    connect(workspace, &Workspace::focusChanged, this, follow);
    connect(workspace, &Workspace::modelRunsChanged, this, follow);
    connect(workspace->predictions(), &Predictions::changed, this, follow);
    connect(workspace->predictions(), &Predictions::settingsChanged, this, follow);
}

// A page that goes while the matrix has the focus is told so after it has ceased to be a page.
OverviewPage::~OverviewPage() { matrix_->disconnect(this); }

Card* OverviewPage::buildModelCard() {
    auto* card = new Card(this);
    card->setFixedWidth(kModelCardWidth);
    problem_->setWordWrap(true);
    problem_->setTextFormat(Qt::PlainText);
    setMuted(problem_);
    auto* layout = new QVBoxLayout(card);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addWidget(name_);
    layout->addWidget(factsTable_);
    layout->addWidget(problem_);
    layout->addStretch(1);
    return card;
}

Card* OverviewPage::buildSizesCard() {
    sorted_->setSourceModel(sizes_);
    sorted_->setSortRole(SizesTable::kSortRole);
    view_->setModel(sorted_);
    view_->setFrameShape(QFrame::NoFrame);
    view_->setShowGrid(false);
    view_->setSelectionBehavior(QAbstractItemView::SelectRows);
    view_->setSelectionMode(QAbstractItemView::SingleSelection);
    view_->setTabKeyNavigation(false);
    view_->setWordWrap(false);
    view_->verticalHeader()->hide();
    view_->verticalHeader()->setDefaultSectionSize(kRowHeight);
    QHeaderView* header = view_->horizontalHeader();
    header->setSectionResizeMode(QHeaderView::ResizeToContents);
    header->setSectionResizeMode(SizesTable::kFormat, QHeaderView::Stretch);
    header->setHighlightSections(false);
    header->setSortIndicatorClearable(true);
    header->setSortIndicator(-1, Qt::AscendingOrder);
    view_->setSortingEnabled(true);
    sorted_->sort(-1);
    view_->installEventFilter(this);

    auto* card = new Card(this);
    auto* controls = new QHBoxLayout;
    controls->setSpacing(8);
    controls->addWidget(sizesTitle_, 1);
    controls->addWidget(contexts_);
    controls->addWidget(typedContext_);
    controls->addWidget(cacheTypes_);
    controls->addWidget(compare_);
    controls->addWidget(copy_);
    auto* layout = new QVBoxLayout(card);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addLayout(controls);
    layout->addWidget(view_, 1);
    return card;
}

Card* OverviewPage::buildMatrixCard() {
    scroll_->setWidget(matrix_);
    scroll_->setWidgetResizable(true);
    scroll_->setFrameShape(QFrame::NoFrame);
    scroll_->setFocusPolicy(Qt::NoFocus);
    scroll_->setMinimumHeight(kLeastMatrix);

    auto* card = new Card(this);
    auto* controls = new QHBoxLayout;
    controls->setSpacing(8);
    controls->addWidget(matrixTitle_, 1);
    controls->addWidget(metrics_);
    auto* filled = new QWidget(card);
    auto* across = new QHBoxLayout;
    across->setSpacing(8);
    across->addWidget(scroll_, 1);
    across->addWidget(scale_);
    auto* content = new QVBoxLayout(filled);
    content->setContentsMargins(0, 0, 0, 0);
    content->setSpacing(6);
    content->addWidget(finding_);
    content->addLayout(across, 1);
    content->addWidget(pointed_);
    stack_->addWidget(filled);
    stack_->addWidget(notice_);
    auto* layout = new QVBoxLayout(card);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addLayout(controls);
    layout->addLayout(stack_, 1);
    return card;
}

QString OverviewPage::title() const { return tr("Overview"); }

QString OverviewPage::description() const {
    return tr("The whole model: what it is, what it weighs, and where a scheme errs");
}

QString OverviewPage::finding() const { return finding_->text(); }

void OverviewPage::focusSizes() { view_->setFocus(Qt::ShortcutFocusReason); }

/// A hidden page keeps nothing of a model that is closed.
void OverviewPage::forget() {
    examining_.cancel();
    readingTokenizer_.cancel();
    tokenizer_ = {};
    examined_.reset();
    facts_.reset();
    invalidate();
}

void OverviewPage::refresh() {
    if (workspace()->model() && workspace()->model() != examined_) {
        startFacts();
        startTokenizer();
    }
    showModel();
    showSizes();
    showMatrix();
}

void OverviewPage::startFacts() {
    examined_ = workspace()->model();
    fillContexts();
    const auto work = [model = examined_](const Progress& progress) {
        Facts facts;
        facts.grid = roleGrid(*model);
        facts.cannotRun = cannot_run(*model);
        try {
            facts.cache = kv_cache(*model);
        } catch (const Error& error) {
            facts.cacheProblem = error.sentence();
        }
        facts.sizes = formatSizes(*model, progress);
        return facts;
    };
    examining_.start(Lane::interactive, tr("Work out sizes"), this, work,
                     [this](const std::shared_ptr<const Facts>& facts) {
                         facts_ = facts;
                         invalidate();
                     });
}

/// On its own: a large vocabulary takes a second.
void OverviewPage::startTokenizer() {
    readingTokenizer_.start(
        Lane::interactive, tr("Read the tokenizer"), this,
        [model = examined_](const Progress&) { return Tokenizer::of(*model)->byte_level(); },
        [this](const std::shared_ptr<const bool>& byteLevel) {
            tokenizer_ = {*byteLevel, {}};
            invalidate();
        },
        [this](const Error& error) {
            if (error.code() != ErrorCode::cancelled) {
                tokenizer_ = {std::nullopt, error.sentence()};
                invalidate();
            }
        });
}

void OverviewPage::showModel() {
    const auto model = workspace()->model();
    name_->setText(model ? toQString(model->title()) : QString());
    name_->setToolTip(name_->text());
    factsTable_->setRows(
        model ? modelFacts(*model, facts_ ? std::optional(!facts_->cannotRun) : std::nullopt,
                           tokenizer_)
              : std::vector<StatRow>());
    const bool cannot = facts_ && facts_->cannotRun;
    problem_->setText(cannot ? translated(*facts_->cannotRun) : QString());
    problem_->setVisible(cannot);
}

/// After the usual contexts comes the model's own; longer ones cannot be chosen. Any up to it can
/// be typed.
void OverviewPage::fillContexts() {
    const auto model = workspace()->model();
    const std::uint64_t longest =
        model && model->hyperparameters() ? model->hyperparameters()->context_length : 0;
    QStringList texts;
    for (const std::int64_t context : kContexts) {
        texts << tr("%1 tokens").arg(formatExact(context));
    }
    texts << (longest > 0
                  //: of the context that a model was made for
                  ? tr("maximum: %1 tokens").arg(formatExact(static_cast<qint64>(longest)))
                  : tr("maximum: not known"))
          << tr("other:");
    const bool first = contexts_->count() == 0;
    contexts_->setTexts(texts);
    for (std::size_t i = 0; i < kContexts.size(); ++i) {
        const bool tooLong = longest > 0 && static_cast<std::uint64_t>(kContexts[i]) > longest;
        enableEntry(contexts_, static_cast<int>(i),
                    tooLong ? tr("Longer than the model's context") : QString());
    }
    enableEntry(contexts_, kLongestContext,
                longest > 0 ? QString() : tr("The model does not say how long its context is"));
    typedContext_->setRange(
        1, static_cast<int>(longest > 0 ? std::min<std::uint64_t>(longest, kMostTokens)
                                        : kMostTokens));
    if (first) {
        contexts_->setCurrentIndex(kUsualContext);
        typedContext_->setValue(static_cast<int>(kContexts[kUsualContext]));
    }
    const auto* entries = static_cast<QStandardItemModel*>(contexts_->model());
    if (!entries->item(contexts_->currentIndex())->isEnabled()) {
        contexts_->setCurrentIndex(longest > 0 ? kLongestContext : kUsualContext);
    }
}

std::int64_t OverviewPage::context() const {
    const auto index = static_cast<std::size_t>(std::max(0, contexts_->currentIndex()));
    return index < kContexts.size() ? kContexts[index]
           : index == kTypedContext
               ? typedContext_->value()
               : static_cast<std::int64_t>(workspace()->model()->hyperparameters()->context_length);
}

void OverviewPage::showSizes() {
    const auto model = workspace()->model();
    std::vector<FormatSize> rows;
    if (model && facts_ && !facts_->sizes.empty()) {
        rows.push_back(facts_->sizes.front());
        QStringList compared;
        for (const ComparedScheme& scheme : workspace()->enabledSchemes()) {
            if (const auto run = workspace()->modelPreview(scheme.id)) {
                rows.push_back(sizeOf(*run, model->parameters()));
                rows.back().color = scheme.color;
                compared << rows.back().text;
            }
        }
        std::copy_if(facts_->sizes.begin() + 1, facts_->sizes.end(), std::back_inserter(rows),
                     [&](const FormatSize& size) { return !compared.contains(size.text); });
    }
    sizes_->setSizes(rows, model ? model->parameters() : 0);
    showCache();
    updateButtons();
}

void OverviewPage::showCache() {
    CacheChoice choice;
    if (facts_) {
        choice.cache = facts_->cache;
        choice.problem = translated(facts_->cacheProblem);
        choice.context = choice.cache ? context() : 0;
        choice.type =
            kCacheTypes[static_cast<std::size_t>(std::max(0, cacheTypes_->currentIndex()))];
    }
    contexts_->setEnabled(choice.cache.has_value());
    typedContext_->setVisible(contexts_->isEnabled() && contexts_->currentIndex() == kTypedContext);
    cacheTypes_->setEnabled(choice.cache.has_value());
    sizes_->setCache(choice);
}

RoleMetric OverviewPage::metric() const {
    const SchemeKnowledge known = knowledgeOf(*workspace(), workspace()->focus());
    if (known.has(preferred_)) {
        return preferred_;
    }
    const auto* found = std::find_if(kRoleMetrics.begin(), kRoleMetrics.end(),
                                     [&known](RoleMetric metric) { return known.has(metric); });
    return found == kRoleMetrics.end() ? RoleMetric::bits : *found;
}

void OverviewPage::fillMetrics() {
    for (std::size_t i = 0; i < kRoleMetrics.size(); ++i) {
        enableEntry(metrics_, static_cast<int>(i),
                    whyNot(*workspace(), workspace()->focus(), kRoleMetrics[i]));
    }
    const auto* shown = std::find(kRoleMetrics.begin(), kRoleMetrics.end(), metric());
    metrics_->setCurrentIndex(static_cast<int>(shown - kRoleMetrics.begin()));
}

MatrixCell OverviewPage::matrixCell(int tensor, const SchemeKnowledge& known) const {
    if (tensor == RoleGrid::kNoTensor) {
        return {};
    }
    const ModelTensor& stored = known.model->tensors()[static_cast<std::size_t>(tensor)];
    const auto value = known.value(metric(), tensor);
    MatrixCell cell;
    cell.id = tensor;
    cell.value = value.value_or(std::numeric_limits<double>::quiet_NaN());
    cell.text = value ? shownRoleMetric(metric(), *value) : noValue();
    QStringList parts{fullTitle(stored), QString::fromStdString(stored.name)};
    if (const auto& run = known.run ? known.run : known.preview) {
        const auto& scheme = run->tensors[static_cast<std::size_t>(tensor)].entry.scheme;
        parts << (scheme ? QString::fromStdString(format(*scheme))
                         : tr("kept as %1").arg(toQString(name(stored.dtype))));
    }
    //: a metric and its value
    parts << tr("%1: %2").arg(roleMetricTitle(metric()), cell.text);
    cell.description = parts.join(QStringLiteral(" · "));
    return cell;
}

void OverviewPage::showMatrix() {
    const ComparedScheme* scheme = workspace()->scheme(workspace()->focus());
    matrixTitle_->setText(scheme ? tr("Layers × roles: %1", "a scheme").arg(scheme->title())
                                 : tr("Layers × roles"));
    fillMetrics();
    metrics_->setEnabled(scheme != nullptr);
    const bool empty = facts_ && facts_->grid.tensors.empty();
    notice_->setText(!scheme ? tr("Add a scheme to see what it does to the model's linears.")
                     : empty ? tr("It is not known which tensors of this model are the linears of "
                                  "its layers.")
                             : QString());
    stack_->setCurrentIndex(notice_->text().isEmpty() ? 0 : 1);
    const RoleGrid grid = scheme && facts_ ? facts_->grid : RoleGrid();
    const SchemeKnowledge known = knowledgeOf(*workspace(), workspace()->focus());
    QStringList rows;
    for (const int layer : grid.layers) {
        rows << tr("Layer %1").arg(layer);
    }
    QStringList columns;
    std::transform(grid.roles.begin(), grid.roles.end(), std::back_inserter(columns), roleTitle);
    std::vector<MatrixCell> cells;
    for (const int tensor : grid.tensors) {
        cells.push_back(matrixCell(tensor, known));
    }
    const ValueScale scale = scaleOf(cells);
    matrix_->setScale(scale);
    matrix_->setCells(rows, columns, std::move(cells));
    matrix_->setCurrent(workspace()->tensorIndex());
    showScale(scale);
    finding_->setText(roleFinding(grid, known, metric()).toHtmlEscaped());
    showPointed();
}

/// The legend is in the unit that the fields are in.
void OverviewPage::showScale(const ValueScale& scale) {
    const bool ratio =
        metric() == RoleMetric::output_error || metric() == RoleMetric::relative_error;
    const double unit = ratio ? 100 : 1;
    scale_->setScale({unit * scale.lo, unit * scale.hi});
    scale_->setTexts(ratio                          ? QStringLiteral("%")
                     : metric() == RoleMetric::sqnr ? QStringLiteral("dB")
                                                    : tr("bits"),
                     {});
}

void OverviewPage::showPointed() {
    const MatrixCell* cell = matrix_->pointed();
    pointed_->setText(cell ? cell->description
                           : tr("Point at a field to read it; a click goes to its tensor."));
}

QString OverviewPage::selectedText() const {
    return view_->currentIndex().data(SizesTable::kTextRole).toString();
}

void OverviewPage::updateButtons() {
    const QString text = selectedText();
    const QList<ComparedScheme>& schemes = workspace()->schemes();
    const bool there =
        std::any_of(schemes.begin(), schemes.end(),
                    [&text](const ComparedScheme& scheme) { return scheme.text() == text; });
    compare_->setEnabled(workspace()->canAddScheme() && !text.isEmpty() && !there);
}

void OverviewPage::compareSelected() {
    if (compare_->isEnabled()) {
        workspace()->addScheme(parse_plan(selectedText().toStdString()));
    }
}

void OverviewPage::copy() const { QApplication::clipboard()->setText(tableAsTsv(*sorted_)); }

bool OverviewPage::eventFilter(QObject* watched, QEvent* event) {
    if (watched == view_ && event->type() == QEvent::KeyPress &&
        static_cast<QKeyEvent*>(event)->matches(QKeySequence::Copy)) {
        copy();
        return true;
    }
    return Page::eventFilter(watched, event);
}

void OverviewPage::retranslate() {
    sizesTitle_->setText(tr("Size and memory"));
    fillContexts();
    contexts_->describe(tr("Context"), tr("How many tokens the KV cache holds"));
    typedContext_->setAccessibleName(tr("Tokens in the context"));
    typedContext_->setToolTip(tr("How many tokens the KV cache holds"));
    QStringList types;
    for (const DType type : kCacheTypes) {
        //: the type in which keys and values are kept
        types << tr("cache %1").arg(toQString(name(type)));
    }
    cacheTypes_->setTexts(types);
    cacheTypes_->describe(tr("Type of the KV cache"), tr("How keys and values are kept"));
    compare_->setToolTip(tr("Add the chosen format to the comparison"));
    compare_->setAccessibleName(tr("Add to the comparison"));
    copy_->setToolTip(tr("Copy the table (tab-separated)"));
    copy_->setAccessibleName(tr("Copy the table"));
    view_->setAccessibleName(tr("Sizes of this model"));
    sizes_->retranslate();
    factsTable_->setAccessibleName(tr("About the model"));
    QStringList metrics;
    for (const RoleMetric metric : kRoleMetrics) {
        metrics << roleMetricTitle(metric);
    }
    metrics_->setTexts(metrics);
    metrics_->describe(tr("Metric"), tr("What the colours show"));
    matrix_->setAccessibleName(tr("Layers × roles"));
}

}  // namespace ql::gui
