#include "app/docks/rule_list.h"

#include <QApplication>
#include <QTextDocument>

#include "app/text.h"
#include "widgets/theme.h"

namespace ql::gui {

void RuleList::setRules(const std::vector<PlanRule>& rules) {
    if (rules == rules_) {
        return;
    }
    const bool sameSize = rules.size() == rules_.size();
    if (!sameSize) {
        beginResetModel();
    }
    rules_ = rules;
    counts_.clear();
    if (sameSize) {
        retranslate();
    } else {
        endResetModel();
    }
}

void RuleList::setPreview(const std::shared_ptr<const ModelRun>& preview) {
    counts_.clear();
    if (preview) {
        counts_.resize(rules_.size());
        for (const TensorOutcome& one : preview->tensors) {
            if (one.entry.rule >= 0 && one.entry.rule < static_cast<int>(counts_.size())) {
                ++counts_[static_cast<std::size_t>(one.entry.rule)];
            }
        }
    }
    retranslate();
}

void RuleList::retranslate() {
    if (!rules_.empty()) {
        emit dataChanged(index(0, 0), index(rowCount() - 1, kColumns - 1));
    }
}

int RuleList::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rules_.size());
}

int RuleList::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : kColumns;
}

QVariant RuleList::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) {
        return {};
    }
    const auto row = static_cast<std::size_t>(index.row());
    const PlanRule& rule = rules_[row];
    const bool counted = row < counts_.size();
    switch (role) {
        case Qt::DisplayRole:
            switch (index.column()) {
                case kPattern:
                    return QString::fromStdString(rule.match);
                case kScheme:
                    return rule.scheme ? QString::fromStdString(title(*rule.scheme)) : tr("keep");
                default:
                    return counted ? QString::number(counts_[row]) : QString();
            }
        case Qt::ToolTipRole: {
            QString text =
                tr("Rule %1: %2").arg(index.row() + 1).arg(QString::fromStdString(format(rule)));
            if (counted) {
                text += u'\n' + tr("It decides for %n tensor(s); where several rules match, the "
                                   "last one wins.",
                                   nullptr, counts_[row]);
            }
            return Qt::convertFromPlainText(text, Qt::WhiteSpaceNormal);
        }
        case Qt::TextAlignmentRole:
            return QVariant((index.column() == kCount ? Qt::AlignRight : Qt::AlignLeft) |
                            Qt::AlignVCenter);
        case Qt::FontRole:
            return index.column() == kPattern ? monospaceFont(QApplication::font())
                                              : smallFont(QApplication::font());
        case Qt::ForegroundRole:
            // A rule that decides for nothing is most likely a mistake.
            return counted && counts_[row] == 0 ? QVariant(themeColors().warning) : QVariant();
        default:
            return {};
    }
}

}  // namespace ql::gui
