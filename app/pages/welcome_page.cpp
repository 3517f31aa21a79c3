#include "app/pages/welcome_page.h"

#include <QEvent>
#include <QFileInfo>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QVBoxLayout>

#include "app/settings.h"
#include "widgets/card.h"
#include "widgets/icons.h"
#include "widgets/theme.h"

namespace ql::gui {

namespace {

constexpr int kWidth = 640;
constexpr int kLogo = 56;
constexpr int kShownRecent = 5;

}  // namespace

WelcomePage::WelcomePage(Settings* settings, QWidget* parent)
    : QWidget(parent),
      settings_(settings),
      tagline_(new QLabel),
      steps_(new QLabel),
      open_(new QPushButton(icon(QStringLiteral("open"), IconTint::onAccent), {})),
      folder_(new QPushButton(icon(QStringLiteral("folder")), {})),
      demo_(new QPushButton(icon(QStringLiteral("search")), {})),
      demoHint_(new QLabel),
      recentTitle_(new QLabel),
      recent_(new QListWidget),
      dropHint_(new QLabel) {
    auto* logo = new QLabel;
    logo->setPixmap(appIcon().pixmap(QSize(kLogo, kLogo), devicePixelRatioF()));
    auto* name = new QLabel(QStringLiteral("Quantloupe"));
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 2);
    large.setWeight(QFont::DemiBold);
    name->setFont(large);
    auto* heading = new QHBoxLayout;
    heading->setSpacing(16);
    heading->addWidget(logo);
    auto* words = new QVBoxLayout;
    words->setSpacing(0);
    words->addWidget(name);
    words->addWidget(tagline_);
    heading->addLayout(words, 1);

    setPrimary(open_);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    for (QPushButton* button : {open_, folder_, demo_}) {
        button->setMinimumHeight(36);
        buttons->addWidget(button);
    }
    buttons->addStretch(1);

    steps_->setWordWrap(true);
    steps_->setTextFormat(Qt::RichText);
    setMuted(demoHint_);
    demoHint_->setWordWrap(true);
    setMuted(recentTitle_);
    setMuted(dropHint_);
    recent_->setFrameShape(QFrame::NoFrame);
    recent_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    recent_->setTextElideMode(Qt::ElideMiddle);

    auto* card = new Card;
    card->setMaximumWidth(kWidth);
    auto* inner = new QVBoxLayout(card);
    inner->setContentsMargins(32, 32, 32, 24);
    inner->setSpacing(16);
    inner->addLayout(heading);
    inner->addWidget(steps_);
    inner->addLayout(buttons);
    inner->addWidget(demoHint_);
    inner->addWidget(recentTitle_);
    inner->addWidget(recent_);
    inner->addWidget(dropHint_);

    auto* layout = new QVBoxLayout(this);
    layout->addStretch(2);
    auto* middle = new QHBoxLayout;
    middle->addStretch(1);
    middle->addWidget(card, 100);
    middle->addStretch(1);
    layout->addLayout(middle);
    layout->addStretch(3);

    connect(open_, &QPushButton::clicked, this, &WelcomePage::openRequested);
    connect(folder_, &QPushButton::clicked, this, &WelcomePage::openFolderRequested);
    connect(demo_, &QPushButton::clicked, this, &WelcomePage::demoRequested);
    const auto openItem = [this](const QListWidgetItem* item) {
        emit recentRequested(item->data(Qt::UserRole).toString());
    };
    connect(recent_, &QListWidget::itemActivated, this, openItem);
    connect(recent_, &QListWidget::itemClicked, this, openItem);
    connect(settings_, &Settings::recentFilesChanged, this, &WelcomePage::showRecent);
    retranslate();
    showRecent();
}

void WelcomePage::setOpening(bool opening) {
    for (QWidget* way : std::initializer_list<QWidget*>{open_, folder_, demo_, recent_}) {
        way->setEnabled(!opening);
    }
}

void WelcomePage::showRecent() {
    recent_->clear();
    const QStringList files = settings_->recentFiles().mid(0, kShownRecent);
    for (const QString& path : files) {
        const QFileInfo info(path);
        auto* item = new QListWidgetItem(icon(QStringLiteral("tensor"), IconTint::muted),
                                         info.fileName() + QStringLiteral("   ") + info.path());
        item->setData(Qt::UserRole, path);
        item->setToolTip(Qt::convertFromPlainText(path, Qt::WhiteSpaceNormal));
        if (!info.exists()) {
            item->setFlags(Qt::NoItemFlags);
        }
        recent_->addItem(item);
    }
    recentTitle_->setVisible(!files.isEmpty());
    recent_->setVisible(!files.isEmpty());
    recent_->setFixedHeight(recent_->sizeHintForRow(0) * static_cast<int>(files.size()) + 4);
}

void WelcomePage::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
    }
    QWidget::changeEvent(event);
}

void WelcomePage::retranslate() {
    tagline_->setText(tr("See what quantization does to a language model"));
    steps_->setText(
        tr("Look at any weight matrix, put several quantization schemes side by side, "
           "see where each one hurts, and export the one you choose as GGUF or "
           "safetensors."));
    open_->setText(tr("Open a Model…"));
    open_->setToolTip(tr("A .safetensors or .gguf file (Ctrl+O)"));
    folder_->setText(tr("Open a Folder…"));
    folder_->setToolTip(tr("A model in Hugging Face form: config.json and .safetensors files"));
    demo_->setText(tr("Explore the Demo Model"));
    demo_->setToolTip(tr("A really trained Llama of 5.8 million parameters, inside the program"));
    demoHint_->setText(
        tr("The demo model is small and comes with the program: everything works on "
           "it within seconds, without a download."));
    recentTitle_->setText(tr("Recent models"));
    recent_->setAccessibleName(tr("Recent models"));
    dropHint_->setText(tr("Or drop a model file or folder anywhere in this window."));
}

}  // namespace ql::gui
