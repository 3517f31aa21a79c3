#include <QTest>
#include <cmath>
#include <cstring>
#include <random>

#include "core/grids/block_kernels.h"
#include "core/grids/integer_kernels.h"
#include "core/grids/reference_blocks.h"
#include "tests/core/grids/troublesome_values.h"
#include "tests/core/tensor/simd_targets.h"

using namespace ql;

namespace {

constexpr DType kTypes[] = {DType::q4_0, DType::q4_1, DType::q5_0, DType::q5_1, DType::q8_0};

}  // namespace

/// For every instruction set: the bits of the plain code.
class TestSimdEqualsReference : public QObject {
    Q_OBJECT

  private slots:
    void blocks_data() {
        QTest::addColumn<int>("type");
        for (const DType type : kTypes) {
            QTest::addRow("%s", std::string(name(type)).c_str()) << int(type);
        }
    }
    void blocks() {
        QFETCH(int, type);
        const auto dtype = static_cast<DType>(type);
        const std::size_t block_bytes = traits(dtype).block_bytes;
        const Values values = troublesomeValues();
        const std::size_t blocks = values.size() / kBlockValues;
        std::vector<std::byte> expected(blocks * block_bytes);
        reference_encode(dtype, values.data(), blocks, expected.data());
        Values decoded(values.size());
        reference_decode(dtype, expected.data(), blocks, decoded.data());
        for (std::size_t i = 0; i < decoded.size(); ++i) {
            const auto block = values.begin() + std::ptrdiff_t(i / kBlockValues * kBlockValues);
            const auto [lo, hi] = std::minmax_element(block, block + kBlockValues);
            QVERIFY(std::isfinite(decoded[i]) || std::max(-*lo, *hi) > 65504.0f);
        }
        const int targets = forEachSimdTarget([&](const char* target) {
            std::vector<std::byte> bytes(expected.size());
            encode_blocks(dtype, values.data(), blocks, bytes.data());
            for (std::size_t i = 0; i < blocks; ++i) {
                const auto at = std::ptrdiff_t(i * block_bytes);
                QVERIFY2(
                    std::equal(bytes.begin() + at, bytes.begin() + at + std::ptrdiff_t(block_bytes),
                               expected.begin() + at),
                    qPrintable(QString("%1, block %2").arg(target).arg(i)));
            }
            Values again(values.size());
            decode_blocks(dtype, bytes.data(), blocks, again.data());
            QVERIFY2(std::memcmp(again.data(), decoded.data(), again.size() * 4) == 0, target);
        });
        QVERIFY(targets >= 1);
    }

    /// Any count, any address, nothing written beyond the end.
    void tails_data() { blocks_data(); }
    void tails() {
        QFETCH(int, type);
        const auto dtype = static_cast<DType>(type);
        const std::size_t block_bytes = traits(dtype).block_bytes;
        const Values values = troublesomeValues();
        forEachSimdTarget([&](const char* target) {
            for (std::size_t blocks = 0; blocks <= 35; ++blocks) {
                std::vector<std::byte> expected(blocks * block_bytes);
                reference_encode(dtype, values.data() + 1, blocks, expected.data());
                std::vector<std::byte> bytes(1 + blocks * block_bytes + 1, std::byte{0xA5});
                encode_blocks(dtype, values.data() + 1, blocks, bytes.data() + 1);
                QVERIFY2(std::equal(expected.begin(), expected.end(), bytes.begin() + 1), target);
                QVERIFY2(bytes.front() == std::byte{0xA5} && bytes.back() == std::byte{0xA5},
                         target);
                // Decoding reads exactly the blocks: a copy of their own size shows it to
                // sanitizers.
                Values decoded(blocks * kBlockValues + 1, 7.0f);
                decode_blocks(dtype, expected.data(), blocks, decoded.data());
                Values plain(blocks * kBlockValues);
                reference_decode(dtype, expected.data(), blocks, plain.data());
                QVERIFY2(std::equal(plain.begin(), plain.end(), decoded.begin()), target);
                QVERIFY2(decoded.back() == 7.0f, target);
            }
        });
    }

    /// Bytes of a hostile file: any scale, NaN too.
    void anyBytesDecode_data() { blocks_data(); }
    void anyBytesDecode() {
        QFETCH(int, type);
        const auto dtype = static_cast<DType>(type);
        constexpr std::size_t kBlocks = 5003;
        std::mt19937 random(11);
        std::vector<std::byte> bytes(kBlocks * traits(dtype).block_bytes);
        for (std::byte& byte : bytes) {
            byte = std::byte(random() & 255u);
        }
        Values expected(kBlocks * kBlockValues);
        reference_decode(dtype, bytes.data(), kBlocks, expected.data());
        forEachSimdTarget([&](const char* target) {
            Values values(expected.size());
            decode_blocks(dtype, bytes.data(), kBlocks, values.data());
            for (std::size_t i = 0; i < values.size(); ++i) {
                QVERIFY2(std::isnan(expected[i])
                             ? std::isnan(values[i])
                             : std::memcmp(&values[i], &expected[i], sizeof(float)) == 0,
                         target);
            }
        });
    }

    void integers() {
        const Values values = troublesomeValues();
        const GroupGrid grids[] = {{0.01f, 8, 0, 15},   {0.25f, 128, 0, 255}, {0.25f, 128, 1, 255},
                                   {0.5f, 2, 1, 3},     {1e-45f, 7, 0, 31},   {65504.0f, 0, 0, 255},
                                   {1.0f, 255, 0, 255}, {3e38f, 3, 0, 7}};
        forEachSimdTarget([&](const char* target) {
            for (std::size_t count : {0, 1, 3, 4, 7, 15, 16, 17, 31, 33, 100, 20000}) {
                for (const GroupGrid& grid : grids) {
                    const float* begin = values.data() + 5;
                    ValueRange range;
                    std::vector<std::uint8_t> codes(count);
                    Values decoded(count);
                    group_codes(begin, count, grid, codes.data());
                    group_values(codes.data(), count, grid.scale, grid.zero, decoded.data());
                    for (std::size_t i = 0; i < count; ++i) {
                        range.lo = std::min(range.lo, begin[i]);
                        range.hi = std::max(range.hi, begin[i]);
                        // In double, where neither sum nor rounding can go wrong.
                        const double nearest = std::nearbyint(double(begin[i] / grid.scale));
                        const double code = std::clamp(nearest + grid.zero, double(grid.lowest),
                                                       double(grid.largest));
                        QVERIFY2(codes[i] == code, target);
                        QVERIFY2(decoded[i] == grid.scale * float(codes[i] - grid.zero), target);
                    }
                    const ValueRange found = range_with_zero(begin, count);
                    QVERIFY2(found.lo == range.lo && found.hi == range.hi, target);
                }
            }
        });
    }
};

QTEST_APPLESS_MAIN(TestSimdEqualsReference)
#include "test_simd_equals_reference.moc"
