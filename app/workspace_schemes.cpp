// The list of compared schemes: the part of the document that is edited, and undone.
#include <QUndoCommand>
#include <algorithm>

#include "app/workspace.h"

namespace ql::gui {

QString ComparedScheme::title() const { return QString::fromStdString(plan.title()); }
QString ComparedScheme::text() const { return QString::fromStdString(format(plan)); }

/// Puts one state of the scheme list in the place of another. The list has eight entries at most:
/// keeping both states is simpler than inverting every kind of change.
class Workspace::SchemesCommand : public QUndoCommand {
  public:
    /// `text` is not yet translated, and has a place for the `scheme` it is about.
    SchemesCommand(Workspace* workspace, const char* text, QString scheme,
                   QList<ComparedScheme> schemes, int focus)
        : workspace_(workspace),
          text_(text),
          scheme_(std::move(scheme)),
          before_(workspace->schemes_),
          after_(std::move(schemes)),
          focusBefore_(workspace->focus_),
          focusAfter_(focus) {}

    void undo() override { workspace_->applySchemes(before_, focusBefore_); }
    void redo() override { workspace_->applySchemes(after_, focusAfter_); }
    QString description() const { return Workspace::tr(text_).arg(scheme_); }

  private:
    Workspace* workspace_;
    const char* text_;
    QString scheme_;
    QList<ComparedScheme> before_;
    QList<ComparedScheme> after_;
    int focusBefore_;
    int focusAfter_;
};

QList<ComparedScheme> Workspace::enabledSchemes() const {
    QList<ComparedScheme> enabled;
    std::copy_if(schemes_.begin(), schemes_.end(), std::back_inserter(enabled),
                 [](const ComparedScheme& scheme) { return scheme.enabled; });
    return enabled;
}

const ComparedScheme* Workspace::scheme(int id) const {
    const auto found = std::find_if(schemes_.begin(), schemes_.end(),
                                    [id](const ComparedScheme& s) { return s.id == id; });
    return found == schemes_.end() ? nullptr : &*found;
}

void Workspace::setFocus(int id) {
    if (id != focus_ && scheme(id)) {
        focus_ = id;
        emit focusChanged();
    }
}

int Workspace::freeColor() const {
    for (int color = 0; color < kMaxSchemes; ++color) {
        const bool taken = std::any_of(schemes_.begin(), schemes_.end(),
                                       [color](const auto& s) { return s.color == color; });
        if (!taken) {
            return color;
        }
    }
    return 0;
}

int Workspace::addScheme(const Plan& plan) {
    if (!canAddScheme()) {
        return kNoScheme;
    }
    const ComparedScheme added{
        .id = ++lastSchemeId_, .enabled = true, .plan = plan, .color = freeColor()};
    QList<ComparedScheme> schemes = schemes_;
    schemes.append(added);
    undo_.push(new SchemesCommand(this, QT_TR_NOOP("Add %1"), added.title(), schemes, added.id));
    return added.id;
}

int Workspace::duplicateScheme(int id) {
    const ComparedScheme* original = scheme(id);
    if (!original || !canAddScheme()) {
        return kNoScheme;
    }
    ComparedScheme copy = *original;
    copy.id = ++lastSchemeId_;
    copy.color = freeColor();
    QList<ComparedScheme> schemes = schemes_;
    schemes.insert(original - schemes_.constData() + 1, copy);
    undo_.push(
        new SchemesCommand(this, QT_TR_NOOP("Duplicate %1"), copy.title(), schemes, copy.id));
    return copy.id;
}

void Workspace::removeScheme(int id) {
    const ComparedScheme* removed = scheme(id);
    if (!removed) {
        return;
    }
    const qsizetype index = removed - schemes_.constData();
    const QString title = removed->title();
    QList<ComparedScheme> schemes = schemes_;
    schemes.removeAt(index);
    int focus = focus_;
    if (focus == id) {
        focus = schemes.isEmpty() ? kNoScheme : schemes[std::min(index, schemes.size() - 1)].id;
    }
    undo_.push(new SchemesCommand(this, QT_TR_NOOP("Remove %1"), title, schemes, focus));
}

void Workspace::replaceScheme(int id, const Plan& replacement) {
    const ComparedScheme* old = scheme(id);
    if (!old || old->plan == replacement) {
        return;
    }
    QList<ComparedScheme> schemes = schemes_;
    ComparedScheme& changed = schemes[old - schemes_.constData()];
    changed.plan = replacement;
    undo_.push(
        new SchemesCommand(this, QT_TR_NOOP("Change to %1"), changed.title(), schemes, focus_));
}

void Workspace::setSchemeEnabled(int id, bool enabled) {
    const ComparedScheme* old = scheme(id);
    if (!old || old->enabled == enabled) {
        return;
    }
    QList<ComparedScheme> schemes = schemes_;
    ComparedScheme& changed = schemes[old - schemes_.constData()];
    changed.enabled = enabled;
    const char* text = enabled ? QT_TR_NOOP("Switch on %1") : QT_TR_NOOP("Switch off %1");
    undo_.push(new SchemesCommand(this, text, changed.title(), schemes, focus_));
}

QString Workspace::changeText(int index) const {
    const auto* change = static_cast<const SchemesCommand*>(undo_.command(index));
    return change ? change->description() : QString();
}

void Workspace::applySchemes(const QList<ComparedScheme>& schemes, int focus) {
    const QList<ComparedScheme> before = std::exchange(schemes_, schemes);
    const bool otherFocus = std::exchange(focus_, focus) != focus;

    // Results of schemes that are gone, switched off or changed are void; all others stay.
    for (const ComparedScheme& old : before) {
        const ComparedScheme* now = scheme(old.id);
        if (!now || !now->enabled || now->plan != old.plan) {
            jobs_->drop(runs_.take(old.id));
            results_.remove(old.id);
        }
    }
    QList<int> waiting;
    for (const ComparedScheme& now : schemes_) {
        if (now.enabled && model_ && !results_.contains(now.id)) {
            const bool hopeless = !tensorProblem_.empty();
            results_[now.id] = {
                hopeless ? SchemeResult::State::failed : SchemeResult::State::pending,
                nullptr,
                tensorProblem_,
                {}};
            waiting.append(now.id);
        }
    }
    emit schemesChanged();
    if (otherFocus) {
        emit focusChanged();
    }
    for (const int id : waiting) {
        emit tensorResultChanged(id);
    }
    debounce_.start();
    startPreviews();
}

}  // namespace ql::gui
