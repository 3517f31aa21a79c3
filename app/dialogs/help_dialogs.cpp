#include "app/dialogs/help_dialogs.h"

#include <QAction>
#include <QCoreApplication>
#include <QDialog>
#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLabel>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "widgets/icons.h"
#include "widgets/theme.h"

namespace ql::gui {

namespace {

struct HelpDialogs {
    Q_DECLARE_TR_FUNCTIONS(ql::gui::HelpDialogs)
};

QDialog* makeDialog(const QString& title, QWidget* parent) {
    auto* dialog = new QDialog(parent);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(title);
    auto* layout = new QVBoxLayout(dialog);
    layout->setContentsMargins(16, 16, 16, 16);
    layout->setSpacing(12);
    return dialog;
}

void addCloseButton(QDialog* dialog) {
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    QObject::connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::reject);
    dialog->layout()->addWidget(buttons);
}

QString native(const QKeySequence& keys) { return keys.toString(QKeySequence::NativeText); }

}  // namespace

void showShortcuts(const QList<QAction*>& actions, QWidget* parent) {
    QDialog* dialog = makeDialog(HelpDialogs::tr("Keyboard Shortcuts"), parent);
    auto* list = new QTreeWidget;
    list->setRootIsDecorated(false);
    list->setFrameShape(QFrame::NoFrame);
    list->setHeaderLabels({HelpDialogs::tr("Command"), HelpDialogs::tr("Keys")});
    for (const QAction* action : actions) {
        QString text = action->text();
        text.remove(QStringLiteral("(&") + text.section(u'&', 1).left(1) + u')');
        text.remove(u'&');
        new QTreeWidgetItem(list, {text, native(action->shortcut())});
    }
    const QList<QPair<QString, QString>> views{
        {HelpDialogs::tr("Zoom in a plot or heatmap"), HelpDialogs::tr("Wheel, + and −")},
        {HelpDialogs::tr("Show all of a plot or heatmap"),
         HelpDialogs::tr("Double click, Home or 0")},
        {HelpDialogs::tr("Zoom into a rectangle of a heatmap"), HelpDialogs::tr("Shift and drag")},
        {HelpDialogs::tr("Move the current cell of a heatmap"), HelpDialogs::tr("Arrows")},
        {HelpDialogs::tr("From the filter into the model tree"), HelpDialogs::tr("Down")},
        {HelpDialogs::tr("Switch a scheme on or off"), HelpDialogs::tr("Space")},
        {HelpDialogs::tr("Remove the selected scheme"), native(QKeySequence::Delete)},
    };
    for (const auto& [what, keys] : views) {
        new QTreeWidgetItem(list, {what, keys});
    }
    list->resizeColumnToContents(0);
    dialog->layout()->addWidget(list);
    addCloseButton(dialog);
    dialog->resize(520, 560);
    dialog->open();
}

void showAbout(QWidget* parent) {
    QDialog* dialog = makeDialog(HelpDialogs::tr("About Quantloupe"), parent);
    auto* logo = new QLabel;
    logo->setPixmap(appIcon().pixmap(QSize(64, 64), parent->devicePixelRatioF()));
    auto* text = new QLabel(
        HelpDialogs::tr(
            "<h3>Quantloupe %1</h3>"
            "<p>A workbench for looking at what quantization does to a language model.</p>"
            "<p>Free software under the GNU General Public License, version 3 or later, "
            "without any warranty.</p>"
            "<p>Built with Qt %2, QCustomPlot, Highway, fmt, nlohmann-json, Boost, xxHash and "
            "SentencePiece. The demo model was trained for this program on novels in the "
            "public domain.</p>")
            .arg(QStringLiteral(QL_VERSION), QString::fromLatin1(qVersion())));
    text->setWordWrap(true);
    text->setTextInteractionFlags(Qt::TextBrowserInteraction);
    dialog->layout()->addWidget(logo);
    dialog->layout()->addWidget(text);
    addCloseButton(dialog);
    dialog->setMinimumWidth(420);
    dialog->open();
}

}  // namespace ql::gui
