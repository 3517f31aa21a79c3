#include "app/role_names.h"

#include <QCoreApplication>

namespace ql::gui {

namespace {

struct RoleNames {
    Q_DECLARE_TR_FUNCTIONS(ql::gui::RoleNames)
};

}  // namespace

QString roleTitle(Role role) {
    switch (role) {
        case Role::token_embedding:
            return RoleNames::tr("token embedding");
        case Role::position_embedding:
            return RoleNames::tr("position embedding");
        case Role::attention_norm:
            return RoleNames::tr("attn norm");
        case Role::q:
            return RoleNames::tr("attn q");
        case Role::k:
            return RoleNames::tr("attn k");
        case Role::v:
            return RoleNames::tr("attn v");
        case Role::qkv:
            return RoleNames::tr("attn qkv");
        case Role::q_norm:
            return RoleNames::tr("attn q norm");
        case Role::k_norm:
            return RoleNames::tr("attn k norm");
        case Role::attention_output:
            return RoleNames::tr("attn o");
        case Role::post_attention_norm:
            return RoleNames::tr("post-attn norm");
        case Role::ffn_norm:
            return RoleNames::tr("ffn norm");
        case Role::gate:
            return RoleNames::tr("ffn gate");
        case Role::up:
            return RoleNames::tr("ffn up");
        case Role::gate_up:
            return RoleNames::tr("ffn gate+up");
        case Role::down:
            return RoleNames::tr("ffn down");
        case Role::post_ffn_norm:
            return RoleNames::tr("post-ffn norm");
        case Role::output_norm:
            return RoleNames::tr("output norm");
        case Role::output:
            return RoleNames::tr("output head");
        case Role::rope_factors:
            return RoleNames::tr("rope factors");
        case Role::other:
            return RoleNames::tr("other");
    }
    return {};
}

QString tensorTitle(const ModelTensor& tensor) {
    if (tensor.role != Role::other) {
        const QString role = roleTitle(tensor.role);
        return tensor.bias ? RoleNames::tr("%1 bias", "the bias of a linear").arg(role) : role;
    }
    QString name = QString::fromStdString(tensor.name);
    const QString prefix = QString::fromStdString(tensor.group) + u'.';
    return name.startsWith(prefix) ? name.mid(prefix.size()) : name;
}

QString groupTitle(const ModelTensor& tensor) {
    if (tensor.layer >= 0) {
        return RoleNames::tr("Layer %1").arg(tensor.layer);
    }
    switch (tensor.role) {
        case Role::token_embedding:
        case Role::position_embedding:
            return RoleNames::tr("Embeddings");
        case Role::other:
            return tensor.group.empty() ? RoleNames::tr("Other")
                                        : QString::fromStdString(tensor.group);
        default:
            return RoleNames::tr("Output");
    }
}

QString fullTitle(const ModelTensor& tensor) {
    return groupTitle(tensor) + QStringLiteral(" · ") + tensorTitle(tensor);
}

}  // namespace ql::gui
