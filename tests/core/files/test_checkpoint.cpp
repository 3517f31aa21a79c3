#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <fstream>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/files/checkpoint.h"
#include "tests/core/files/hostile_files.h"

using namespace ql;
namespace fs = std::filesystem;

class TestCheckpoint : public QObject {
    Q_OBJECT

  private slots:
    void init();
    void opens_a_file_and_its_folder();
    void opens_all_shards_of_an_index();
    void prefers_the_index();
    void opens_a_folder_of_the_hugging_face_cache();
    void opens_a_split_gguf_by_any_part();
    void reads_parts_of_a_tensor();
    void refuses_parts_outside_a_tensor();
    void notices_that_a_shard_was_cut();
    void relative_paths_work();
    void json_depth_is_limited();
    void opens_the_demo_model();
    void opens_files_of_other_programs();

  private:
    void write(const std::string& name, const std::string& bytes) const;

    std::unique_ptr<QTemporaryDir> folder_;
    fs::path home_;
};

namespace {

/// A safetensors file with one tensor of four bytes.
std::string one_tensor(const std::string& name) {
    return hostile::safetensors(hostile::object(hostile::entry(name, "U8", "[2,2]", "[0,4]")), 4);
}

std::string index_of_two() {
    return hostile::weight_map(R"("a":"1.safetensors","b":"2.safetensors")");
}

}  // namespace

void TestCheckpoint::init() {
    folder_ = std::make_unique<QTemporaryDir>();
    home_ = folder_->path().toStdString();
}

void TestCheckpoint::write(const std::string& name, const std::string& bytes) const {
    fs::create_directories((home_ / name).parent_path());
    std::ofstream(home_ / name, std::ios::binary) << bytes;
}

void TestCheckpoint::opens_a_file_and_its_folder() {
    write("model.safetensors", one_tensor("a"));
    write("config.json", R"({"model_type":"llama"})");
    for (const fs::path& path : {home_, home_ / "model.safetensors"}) {
        const auto checkpoint = Checkpoint::open(path);
        QCOMPARE(checkpoint->path(), path);
        QCOMPARE(checkpoint->directory(), home_);
        QCOMPARE(checkpoint->format(), CheckpointFormat::safetensors);
        QCOMPARE(checkpoint->file_bytes(), fs::file_size(home_ / "model.safetensors"));
        QCOMPARE(checkpoint->tensors().size(), 1U);
        QCOMPARE(checkpoint->tensors()[0].shape, (Shape{2, 2}));
        QCOMPARE(checkpoint->find("a"), &checkpoint->tensors()[0]);
        QVERIFY(!checkpoint->find("b"));
        QCOMPARE(checkpoint->config().at("model_type").get<std::string>(), "llama");
        QVERIFY(!checkpoint->gguf());
    }
    fs::remove(home_ / "config.json");
    QVERIFY(Checkpoint::open(home_)->config().is_null());
    fs::rename(home_ / "model.safetensors", home_ / "other.safetensors");
    QCOMPARE(Checkpoint::open(home_)->tensors().size(), 1U);
}

void TestCheckpoint::opens_all_shards_of_an_index() {
    write("1.safetensors", one_tensor("a"));
    write("2.safetensors", one_tensor("b"));
    write("model.safetensors.index.json", index_of_two());
    for (const fs::path& path : {home_, home_ / "model.safetensors.index.json"}) {
        const auto checkpoint = Checkpoint::open(path);
        QCOMPARE(checkpoint->tensors().size(), 2U);
        QCOMPARE(checkpoint->find("b")->file, 1U);
        QCOMPARE(checkpoint->bytes(*checkpoint->find("b")).size(), 4U);
        QCOMPARE(checkpoint->file_bytes(), 2 * fs::file_size(home_ / "1.safetensors"));
    }
}

void TestCheckpoint::prefers_the_index() {
    write("1.safetensors", one_tensor("a"));
    write("2.safetensors", one_tensor("b"));
    write("model.safetensors", one_tensor("old"));
    write("model.safetensors.index.json", index_of_two());
    QVERIFY(Checkpoint::open(home_)->find("a"));
    QVERIFY(!Checkpoint::open(home_)->find("old"));
}

void TestCheckpoint::opens_a_folder_of_the_hugging_face_cache() {
    write("blobs/111", one_tensor("a"));
    write("blobs/222", one_tensor("b"));
    write("blobs/333", index_of_two());
    const fs::path snapshot = home_ / "snapshots" / "revision";
    fs::create_directories(snapshot);
    fs::create_symlink("../../blobs/111", snapshot / "1.safetensors");
    fs::create_symlink("../../blobs/222", snapshot / "2.safetensors");
    fs::create_symlink("../../blobs/333", snapshot / "model.safetensors.index.json");
    QCOMPARE(Checkpoint::open(snapshot)->tensors().size(), 2U);
    QCOMPARE(Checkpoint::open(snapshot)->directory(), snapshot);

    write("private/444", one_tensor("b"));
    fs::remove(snapshot / "2.safetensors");
    fs::create_symlink("../../private/444", snapshot / "2.safetensors");
    QVERIFY_EXCEPTION_THROWN(Checkpoint::open(snapshot), Error);
}

void TestCheckpoint::opens_a_split_gguf_by_any_part() {
    write("m-00001-of-00002.gguf", hostile::split_part(0, 2, 2).bytes());
    write("m-00002-of-00002.gguf", hostile::split_part(1, 2, 2).bytes());
    for (const fs::path& path :
         {home_, home_ / "m-00001-of-00002.gguf", home_ / "m-00002-of-00002.gguf"}) {
        const auto checkpoint = Checkpoint::open(path);
        QCOMPARE(checkpoint->format(), CheckpointFormat::gguf);
        QCOMPARE(checkpoint->tensors().size(), 2U);
        QCOMPARE(checkpoint->tensors()[0].name, "w0");
        QCOMPARE(checkpoint->tensors()[1].file, 1U);
        QCOMPARE(checkpoint->gguf()->uint("split.no"), 0U);
        QVERIFY(checkpoint->config().is_null());
    }
}

void TestCheckpoint::reads_parts_of_a_tensor() {
    const std::string header = hostile::object(hostile::entry("a", "U8", "[3]", "[0,3]") + "," +
                                               hostile::entry("b", "U8", "[5]", "[3,8]"));
    write("model.safetensors", hostile::with_length(header.size(), header, "01234567"));
    const auto checkpoint = Checkpoint::open(home_);
    const StoredTensor& b = *checkpoint->find("b");
    QCOMPARE(checkpoint->bytes(b)[0], std::byte{'3'});
    QCOMPARE(checkpoint->bytes(b, 2, 2).size(), 2U);
    QCOMPARE(checkpoint->bytes(b, 2, 2)[1], std::byte{'6'});
    checkpoint->release(b, 0, b.bytes);
    QCOMPARE(checkpoint->bytes(b, 4, 1)[0], std::byte{'7'});
    QVERIFY(checkpoint->bytes(b, 5, 0).empty());
}

void TestCheckpoint::refuses_parts_outside_a_tensor() {
    write("model.safetensors", one_tensor("a"));
    const auto checkpoint = Checkpoint::open(home_);
    const StoredTensor& a = *checkpoint->find("a");
    QVERIFY_EXCEPTION_THROWN(checkpoint->bytes(a, 0, 5), Error);
    QVERIFY_EXCEPTION_THROWN(checkpoint->bytes(a, 4, 1), Error);
    QVERIFY_EXCEPTION_THROWN(checkpoint->bytes(a, 1, ~0ULL), Error);
    QVERIFY_EXCEPTION_THROWN(checkpoint->bytes(a, ~0ULL, 2), Error);
    checkpoint->release(a, ~0ULL, 2);
}

void TestCheckpoint::notices_that_a_shard_was_cut() {
    write("model.safetensors", one_tensor("a"));
    const auto checkpoint = Checkpoint::open(home_);
    fs::resize_file(home_ / "model.safetensors", 20);
    try {
        checkpoint->bytes(checkpoint->tensors()[0]);
        QFAIL("the cut was not noticed");
    } catch (const Error& error) {
        QCOMPARE(error.code(), ErrorCode::io);
        QCOMPARE(error.context(), (home_ / "model.safetensors").string());
    }
}

void TestCheckpoint::relative_paths_work() {
    write("1.safetensors", one_tensor("a"));
    write("2.safetensors", one_tensor("b"));
    write("model.safetensors.index.json", index_of_two());
    const fs::path before = fs::current_path();
    fs::current_path(home_);
    const auto checkpoint = Checkpoint::open("model.safetensors.index.json");
    fs::current_path(before);
    QCOMPARE(checkpoint->directory(), fs::path("."));
    QCOMPARE(checkpoint->tensors().size(), 2U);
}

void TestCheckpoint::json_depth_is_limited() {
    write("ok.json", hostile::repeated("[", 100) + hostile::repeated("]", 100));
    write("deep.json", hostile::repeated("[", 102) + hostile::repeated("]", 102));
    QVERIFY(read_json_file(home_ / "ok.json").is_array());
    try {
        read_json_file(home_ / "deep.json");
        QFAIL("it was read");
    } catch (const Error& error) {
        QCOMPARE(error.code(), ErrorCode::bad_file);
        QCOMPARE(error.context(), (home_ / "deep.json").string());
    }
}

void TestCheckpoint::opens_the_demo_model() {
    const fs::path folder = fs::path(QL_SHARED_DIR) / "demo_model";
    if (!fs::exists(folder)) {
        QSKIP("the folder of other models is not there");
    }
    const auto checkpoint = Checkpoint::open(folder);
    QVERIFY(checkpoint->tensors().size() > 10);
    QVERIFY(checkpoint->config().is_object());
    QVERIFY(checkpoint->find("model.norm.weight"));
}

void TestCheckpoint::opens_files_of_other_programs() {
    const fs::path shared = QL_SHARED_DIR;
    if (!fs::exists(shared / "checkpoints")) {
        QSKIP("the folder of other models is not there");
    }
    int opened = 0;
    for (const fs::path& folder :
         {shared / "checkpoints" / "gguf-quantized", shared / "models" / "stories260k"}) {
        for (const auto& entry : fs::directory_iterator(folder)) {
            if (entry.path().extension() != ".gguf") {
                continue;
            }
            const auto checkpoint = Checkpoint::open(entry.path());
            QCOMPARE(checkpoint->gguf()->string("general.architecture"), "llama");
            const StoredTensor* embedding = checkpoint->find("token_embd.weight");
            QVERIFY(embedding);
            QCOMPARE(embedding->shape, (Shape{512, 64}));
            QCOMPARE(checkpoint->gguf()->find("tokenizer.ggml.tokens")->count(), 512U);
            ++opened;
        }
    }
    QVERIFY(opened >= 15);
}

QTEST_APPLESS_MAIN(TestCheckpoint)
#include "test_checkpoint.moc"
