#include "app/pages/tensor_header.h"

#include <QCoreApplication>
#include <QHBoxLayout>
#include <QLabel>

#include "app/controls.h"
#include "app/role_names.h"
#include "app/text.h"
#include "app/workspace.h"
#include "widgets/number_format.h"
#include "widgets/theme.h"

namespace ql::gui {

namespace {

struct TensorNotice {
    Q_DECLARE_TR_FUNCTIONS(ql::gui::TensorNotice)
};

/// Fills the place it is given: the height of its sentence must not move what stands around it.
class Notice : public QLabel {
  public:
    using QLabel::QLabel;
    bool hasHeightForWidth() const override { return false; }
};

}  // namespace

TensorHeader::TensorHeader(QWidget* parent)
    : QWidget(parent),
      title_(new QLabel(this)),
      facts_(new ElidedLabel(this)),
      row_(new QHBoxLayout(this)) {
    title_->setFont(titleFont(font()));
    title_->setTextFormat(Qt::PlainText);  // names come from files
    title_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    row_->setContentsMargins(0, 0, 0, 0);
    row_->setSpacing(8);
    row_->addWidget(title_);
    row_->addSpacing(4);
    row_->addWidget(facts_, 1);
}

void TensorHeader::setTensor(const ModelTensor* tensor) {
    if (!tensor) {
        title_->clear();
        facts_->clear();
        return;
    }
    title_->setText(fullTitle(*tensor));
    const QStringList facts{QString::fromStdString(to_string(tensor->shape)),
                            QString::fromStdString(tensor->stored_as()),
                            formatBytes(static_cast<double>(tensor->bytes)),
                            QString::fromStdString(tensor->name)};
    facts_->setText(facts.join(QStringLiteral(" · ")));
}

void TensorHeader::addControl(QWidget* control) { row_->addWidget(control); }

QString TensorHeader::text() const { return title_->text() + u' ' + facts_->text(); }

QString tensorNotice(const Workspace& workspace) {
    if (!workspace.model()) {
        return TensorNotice::tr(
            "Open a model, or explore the demo model, to see its weights here.");
    }
    if (!workspace.tensor()) {
        return TensorNotice::tr("Choose a tensor in the model tree.");
    }
    if (!workspace.tensorProblem().empty()) {
        return TensorNotice::tr("The values of this tensor cannot be shown. %1")
            .arg(translated(workspace.tensorProblem()));
    }
    if (workspace.tensor()->values() == 0) {
        return TensorNotice::tr("This tensor is empty: it has no values.");
    }
    if (!workspace.profile() || !workspace.rows()) {
        return TensorNotice::tr("Reading the weights…");
    }
    return {};
}

QLabel* makeNotice(QWidget* parent) {
    auto* notice = new Notice(parent);
    notice->setAlignment(Qt::AlignCenter);
    notice->setWordWrap(true);
    notice->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Ignored);
    notice->setMargin(24);
    notice->setTextFormat(Qt::PlainText);
    notice->setTextInteractionFlags(Qt::TextSelectableByMouse);
    setMuted(notice);
    notice->setFont(notice->parentWidget()->font());
    return notice;
}

}  // namespace ql::gui
