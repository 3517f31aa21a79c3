<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en_US">
<context>
    <name>core</name>
    <message>
        <source>Stopped on request.</source>
        <translation>已按要求停止。</translation>
    </message>
    <message>
        <source>The file cannot be written: {}.</source>
        <translation>无法写入文件：{}。</translation>
    </message>
    <message>
        <source>There is a folder of this name.</source>
        <translation>已有同名的文件夹。</translation>
    </message>
    <message>
        <source>This is not a regular file but a device, a pipe or a socket.</source>
        <translation>这不是普通文件，而是设备、管道或套接字。</translation>
    </message>
    <message>
        <source>This is a pickle checkpoint, and reading it could run any program; convert it to safetensors first.</source>
        <translation>这是 pickle 格式的检查点，读取它可能会执行任意程序；请先把它转换为 safetensors。</translation>
    </message>
    <message>
        <source>The folder cannot be read: {}.</source>
        <translation>无法读取文件夹：{}。</translation>
    </message>
    <message>
        <source>The folder has {} models ({} and others); open one of them instead of the folder.</source>
        <translation>该文件夹里有 {} 个模型（{} 等）；请直接打开其中一个，而不是整个文件夹。</translation>
    </message>
    <message>
        <source>The folder has no model: neither safetensors nor GGUF.</source>
        <translation>该文件夹里没有模型：既没有 safetensors，也没有 GGUF。</translation>
    </message>
    <message>
        <source>This is no model file that can be read; safetensors, their index files and GGUF can be.</source>
        <translation>这不是可读取的模型文件；可以读取 safetensors、其索引文件和 GGUF。</translation>
    </message>
    <message>
        <source>The file cannot be opened: {}.</source>
        <translation>无法打开文件：{}。</translation>
    </message>
    <message>
        <source>{} bytes from offset {} lie outside tensor {} of {} bytes.</source>
        <translation>从偏移 {1} 起的 {0} 字节超出了张量 {2}（共 {3} 字节）。</translation>
    </message>
    <message>
        <source>The file does not start with &quot;GGUF&quot; but with {}: it is not a GGUF file, or one from before that format.</source>
        <translation>文件开头不是“GGUF”，而是 {}：它不是 GGUF 文件，或是更早格式的文件。</translation>
    </message>
    <message>
        <source>The file is only {} bytes long; a GGUF file has at least 24.</source>
        <translation>文件只有 {} 字节；GGUF 文件至少有 24 字节。</translation>
    </message>
    <message>
        <source>The header claims {} metadata entries, too many for a file of {} bytes.</source>
        <translation>文件头声称有 {} 条元数据，对 {} 字节的文件来说太多了。</translation>
    </message>
    <message>
        <source>The header claims {} tensors, too many for a file of {} bytes.</source>
        <translation>文件头声称有 {} 个张量，对 {} 字节的文件来说太多了。</translation>
    </message>
    <message>
        <source>The GGUF version is 0, which does not exist.</source>
        <translation>GGUF 版本号为 0，这样的版本并不存在。</translation>
    </message>
    <message>
        <source>The GGUF file is big-endian; only little-endian files can be read.</source>
        <translation>该 GGUF 文件是大端序；只能读取小端序文件。</translation>
    </message>
    <message>
        <source>The GGUF version is {}; only versions 2 and 3 can be read.</source>
        <translation>GGUF 版本号为 {}；只能读取版本 2 和 3。</translation>
    </message>
    <message>
        <source>The metadata key {} stands twice in the file.</source>
        <translation>元数据键 {} 在文件中出现了两次。</translation>
    </message>
    <message>
        <source>The file has a metadata entry without a key.</source>
        <translation>文件中有一条没有键的元数据。</translation>
    </message>
    <message>
        <source>The metadata key {} is {} bytes long; {} are allowed.</source>
        <translation>元数据键 {} 长 {} 字节；最多允许 {} 字节。</translation>
    </message>
    <message>
        <source>The metadata key {} has control characters or is not UTF-8.</source>
        <translation>元数据键 {} 含有控制字符，或不是 UTF-8。</translation>
    </message>
    <message>
        <source>The metadata entry {} is a text of {} bytes; {} are allowed.</source>
        <translation>元数据 {} 是 {} 字节的文本；最多允许 {} 字节。</translation>
    </message>
    <message>
        <source>The metadata entry {} has the type {}; types run from 0 to 12.</source>
        <translation>元数据 {} 的类型为 {}；类型只能是 0 到 12。</translation>
    </message>
    <message>
        <source>The metadata entry {} is an array of arrays, which GGUF files must not have.</source>
        <translation>元数据 {} 是数组的数组，GGUF 文件不允许这样。</translation>
    </message>
    <message>
        <source>The metadata entry {} is an array of the type {}; types run from 0 to 12.</source>
        <translation>元数据 {} 是类型为 {} 的数组；类型只能是 0 到 12。</translation>
    </message>
    <message>
        <source>The metadata entry {} claims {} elements, too many for a file of {} bytes.</source>
        <translation>元数据 {} 声称有 {} 个元素，对 {} 字节的文件来说太多了。</translation>
    </message>
    <message>
        <source>The metadata entry {} has the truth value {}; it must be 0 or 1.</source>
        <translation>元数据 {} 的布尔值为 {}；它只能是 0 或 1。</translation>
    </message>
    <message>
        <source>{} has the value type {}; it must be a 32-bit unsigned number (type 4).</source>
        <translation>{} 的值类型为 {}；它必须是 32 位无符号整数（类型 4）。</translation>
    </message>
    <message>
        <source>{} is {}; it must be a power of two of at most {}.</source>
        <translation>{} 为 {}；它必须是不超过 {} 的 2 的幂。</translation>
    </message>
    <message>
        <source>The tensor {} stands twice in the file.</source>
        <translation>张量 {} 在文件中出现了两次。</translation>
    </message>
    <message>
        <source>Tensor {} has {} dimensions; GGUF allows {}.</source>
        <translation>张量 {} 有 {} 维；GGUF 最多允许 {} 维。</translation>
    </message>
    <message>
        <source>Tensor {} has the type {} (number {}), which was removed from GGUF.</source>
        <translation>张量 {} 的类型为 {}（编号 {}），该类型已从 GGUF 中移除。</translation>
    </message>
    <message>
        <source>Tensor {} has the type number {}, which is not known.</source>
        <translation>张量 {} 的类型编号为 {}，未知。</translation>
    </message>
    <message>
        <source>Tensor {} lies at offset {} of the data; after the tensors before it, that must be {}.</source>
        <translation>张量 {} 位于数据的偏移 {} 处；按它之前的张量推算，应为 {}。</translation>
    </message>
    <message>
        <source>Tensor {} takes {} bytes from offset {}, but the data of the file ends after {} bytes.</source>
        <translation>张量 {0} 从偏移 {2} 起占 {1} 字节，但文件的数据只有 {3} 字节。</translation>
    </message>
    <message>
        <source>The tensor name {} is {} bytes long; GGUF allows {}.</source>
        <translation>张量名 {} 长 {} 字节；GGUF 最多允许 {} 字节。</translation>
    </message>
    <message>
        <source>The tensor name {} has control characters or is not UTF-8.</source>
        <translation>张量名 {} 含有控制字符，或不是 UTF-8。</translation>
    </message>
    <message>
        <source>Tensor {} has a dimension of {}; it must be positive.</source>
        <translation>张量 {} 有一维为 {}；它必须是正数。</translation>
    </message>
    <message>
        <source>Tensor {} has more values than 64 bits can count: {}.</source>
        <translation>张量 {} 的元素个数超出 64 位能表示的范围：{}。</translation>
    </message>
    <message>
        <source>Tensor {} has rows of {} values, which are not whole blocks of {} ({} values).</source>
        <translation>张量 {} 每行有 {} 个值，不能整分为 {} 的块（每块 {} 个值）。</translation>
    </message>
    <message>
        <source>Tensor {} takes more bytes than 64 bits can count: {} values of {}.</source>
        <translation>张量 {} 的字节数超出 64 位能表示的范围：{} 个 {} 值。</translation>
    </message>
    <message>
        <source>Tensor {} is {}, which GGUF cannot hold.</source>
        <translation>张量 {} 的类型是 {}，GGUF 无法存放。</translation>
    </message>
    <message>
        <source>Tensor {} ends beyond what 64 bits can count.</source>
        <translation>张量 {} 的末尾超出 64 位能表示的范围。</translation>
    </message>
    <message>
        <source>The JSON is nested deeper than {} levels.</source>
        <translation>JSON 的嵌套超过 {} 层。</translation>
    </message>
    <message>
        <source>The file is not valid JSON (at byte {}).</source>
        <translation>文件不是有效的 JSON（第 {} 字节处）。</translation>
    </message>
    <message>
        <source>The file has a number that is too large.</source>
        <translation>文件中有一个过大的数。</translation>
    </message>
    <message>
        <source>The file is {} bytes long; JSON files may have {}.</source>
        <translation>文件长 {} 字节；JSON 文件最多允许 {} 字节。</translation>
    </message>
    <message>
        <source>There is no such file.</source>
        <translation>没有这个文件。</translation>
    </message>
    <message>
        <source>This is a folder, not a file.</source>
        <translation>这是文件夹，不是文件。</translation>
    </message>
    <message>
        <source>The file cannot be mapped into memory.</source>
        <translation>无法把文件映射到内存。</translation>
    </message>
    <message>
        <source>Bytes {} to {} lie outside the file of {} bytes.</source>
        <translation>第 {} 到 {} 字节超出了 {} 字节的文件。</translation>
    </message>
    <message>
        <source>The file became shorter since it was opened: {} bytes instead of {}.</source>
        <translation>文件自打开后变短了：现为 {} 字节，原为 {} 字节。</translation>
    </message>
    <message>
        <source>The header is not valid JSON (at its byte {}).</source>
        <translation>文件头不是有效的 JSON（其第 {} 字节处）。</translation>
    </message>
    <message>
        <source>The tensor {} stands twice in the header.</source>
        <translation>张量 {} 在文件头中出现了两次。</translation>
    </message>
    <message>
        <source>The field {} of {} stands twice in the header.</source>
        <translation>{1} 的字段 {0} 在文件头中出现了两次。</translation>
    </message>
    <message>
        <source>Tensor {} has the data type {}, which is not known.</source>
        <translation>张量 {} 的数据类型为 {}，未知。</translation>
    </message>
    <message>
        <source>Tensor {} has a dimension of {}, too large for any file.</source>
        <translation>张量 {} 有一维为 {}，任何文件都放不下。</translation>
    </message>
    <message>
        <source>Tensor {} has more than {} dimensions.</source>
        <translation>张量 {} 超过 {} 维。</translation>
    </message>
    <message>
        <source>data_offsets of tensor {} has more than two numbers.</source>
        <translation>张量 {} 的 data_offsets 多于两个数。</translation>
    </message>
    <message>
        <source>The metadata entry {} is not a text.</source>
        <translation>元数据 {} 不是文本。</translation>
    </message>
    <message>
        <source>The field {} of tensor {} has the wrong kind of value.</source>
        <translation>张量 {1} 的字段 {0} 的值类型不对。</translation>
    </message>
    <message>
        <source>The shape of tensor {} has a value that is not a whole number of 0 or more.</source>
        <translation>张量 {} 的形状中有一个值不是非负整数。</translation>
    </message>
    <message>
        <source>data_offsets of tensor {} has a value that is not a whole number of 0 or more.</source>
        <translation>张量 {} 的 data_offsets 中有一个值不是非负整数。</translation>
    </message>
    <message>
        <source>The entry {} of the header is not an object.</source>
        <translation>文件头的条目 {} 不是对象。</translation>
    </message>
    <message>
        <source>The header is not a JSON object.</source>
        <translation>文件头不是 JSON 对象。</translation>
    </message>
    <message>
        <source>The field {} of tensor {} is nested deeper than {} levels.</source>
        <translation>张量 {1} 的字段 {0} 的嵌套超过 {2} 层。</translation>
    </message>
    <message>
        <source>Tensor {} has no field {}.</source>
        <translation>张量 {} 没有字段 {}。</translation>
    </message>
    <message>
        <source>data_offsets of tensor {} has {} numbers instead of two.</source>
        <translation>张量 {} 的 data_offsets 有 {} 个数，应为两个。</translation>
    </message>
    <message>
        <source>data_offsets of tensor {} are reversed: {} comes before {}.</source>
        <translation>张量 {} 的 data_offsets 颠倒了：{} 在 {} 之前。</translation>
    </message>
    <message>
        <source>Tensor {} of {} and shape {} takes {} bytes, but its data_offsets span {}.</source>
        <translation>张量 {}（{}，形状 {}）占 {} 字节，但其 data_offsets 的跨度是 {}。</translation>
    </message>
    <message>
        <source>Tensor {} begins at byte {} of the data, inside the tensor before it, which ends at {}.</source>
        <translation>张量 {} 从数据的第 {} 字节开始，落在前一个张量之内（其末尾在 {}）。</translation>
    </message>
    <message>
        <source>Bytes {} to {} of the data, before tensor {}, belong to no tensor.</source>
        <translation>数据的第 {} 到 {} 字节（在张量 {} 之前）不属于任何张量。</translation>
    </message>
    <message>
        <source>Tensor {} takes bytes {} to {} of the data, but the file has only {}.</source>
        <translation>张量 {} 占数据的第 {} 到 {} 字节，但文件只有 {} 字节。</translation>
    </message>
    <message>
        <source>The tensors end after {} bytes of data, but the file has {}.</source>
        <translation>张量在 {} 字节数据处结束，但文件有 {} 字节。</translation>
    </message>
    <message>
        <source>The file is only {} bytes long; a safetensors file has at least 8.</source>
        <translation>文件只有 {} 字节；safetensors 文件至少有 8 字节。</translation>
    </message>
    <message>
        <source>The header is said to be {} bytes long; {} are allowed.</source>
        <translation>文件头标称 {} 字节；最多允许 {} 字节。</translation>
    </message>
    <message>
        <source>The header is said to be {} bytes long, but the file has only {} after its length.</source>
        <translation>文件头标称 {} 字节，但文件在长度字段之后只有 {} 字节。</translation>
    </message>
    <message>
        <source>The header does not start with &quot;{{&quot; but with {}: this is no safetensors file.</source>
        <translation>文件头的开头不是“{{”，而是 {}：这不是 safetensors 文件。</translation>
    </message>
    <message>
        <source>{} is {}; going by the other parts and the file names it must be {}.</source>
        <translation>{} 为 {}；按其他分片和文件名推断，应为 {}。</translation>
    </message>
    <message>
        <source>The architecture of this part is {}, that of the first part {}.</source>
        <translation>此分片的架构是 {}，第一个分片的是 {}。</translation>
    </message>
    <message>
        <source>Tensor {} stands in two parts of the split model.</source>
        <translation>张量 {} 同时出现在拆分模型的两个分片中。</translation>
    </message>
    <message>
        <source>Part {} of {} of the split model is missing.</source>
        <translation>缺少拆分模型的第 {} 个分片（共 {} 个）。</translation>
    </message>
    <message>
        <source>The file is one of {} parts of a split model; its name must end in -00001-of-00002.gguf or the like, so that the others can be found.</source>
        <translation>该文件是拆分模型 {} 个分片之一；文件名须以 -00001-of-00002.gguf 之类结尾，才能找到其他分片。</translation>
    </message>
    <message>
        <source>The name says part {} of {}, which cannot be.</source>
        <translation>文件名说是第 {} 个分片（共 {} 个），这不可能。</translation>
    </message>
    <message>
        <source>The shard is a link that leads out of its folder.</source>
        <translation>该分片是指向其文件夹之外的链接。</translation>
    </message>
    <message>
        <source>Tensor {} stands in two shards: {} and {}.</source>
        <translation>张量 {} 同时出现在两个分片中：{} 和 {}。</translation>
    </message>
    <message>
        <source>The index says that tensor {} is in {}, but that file does not have it.</source>
        <translation>索引说张量 {} 在 {} 中，但那个文件里没有它。</translation>
    </message>
    <message>
        <source>The index has no weight_map that names the shards.</source>
        <translation>索引中没有指明分片的 weight_map。</translation>
    </message>
    <message>
        <source>The shard of tensor {} is not a text.</source>
        <translation>张量 {} 的分片名不是文本。</translation>
    </message>
    <message>
        <source>The shard {} of tensor {} is not the name of a file in the folder of the index.</source>
        <translation>张量 {1} 的分片 {0} 不是索引所在文件夹中的文件名。</translation>
    </message>
    <message>
        <source>The index names the shard {}, but there is no such file.</source>
        <translation>索引提到分片 {}，但没有这个文件。</translation>
    </message>
    <message>
        <source>Weights cannot be stored as {}.</source>
        <translation>权重不能以 {} 存储。</translation>
    </message>
    <message>
        <source>Integer grids have {} to {} bits, not {}.</source>
        <translation>整数网格为 {} 到 {} 位，不能是 {} 位。</translation>
    </message>
    <message>
        <source>Groups have 1 to {} columns, not {}.</source>
        <translation>每组为 1 到 {} 列，不能是 {} 列。</translation>
    </message>
    <message>
        <source>Scales are stored as F16, BF16 or F32, not as {}.</source>
        <translation>缩放因子以 F16、BF16 或 F32 存储，不能用 {}。</translation>
    </message>
    <message>
        <source>Textbook grids have {} to {} bits, not {}.</source>
        <translation>教科书网格为 {} 到 {} 位，不能是 {} 位。</translation>
    </message>
    <message>
        <source>The textbook Q4_0 has 4 bits, not {}.</source>
        <translation>教科书 Q4_0 是 4 位，不是 {} 位。</translation>
    </message>
    <message>
        <source>&quot;{}&quot; must be followed by the number of bits, {} to {}.</source>
        <translation>“{}”之后必须是位数，{} 到 {}。</translation>
    </message>
    <message>
        <source>Nothing may follow &quot;{}&quot;.</source>
        <translation>“{}”之后不能再有内容。</translation>
    </message>
    <message>
        <source>A &quot;:&quot; or the end is expected after &quot;{}&quot;.</source>
        <translation>“{}”之后应为“:”或结尾。</translation>
    </message>
    <message>
        <source>&quot;{}&quot; says again what an earlier parameter said.</source>
        <translation>“{}”重复了前面的参数。</translation>
    </message>
    <message>
        <source>&quot;g&quot; must be followed by the columns of a group, 1 to {}, as in g128.</source>
        <translation>“g”之后必须是每组的列数，1 到 {}，例如 g128。</translation>
    </message>
    <message>
        <source>&quot;{}&quot; is no parameter of an integer grid; known are tensor, channel, g128 (groups), sym, narrow, asym, f16, bf16 and f32.</source>
        <translation>“{}”不是整数网格的参数；已知的有 tensor、channel、g128（分组）、sym、narrow、asym、f16、bf16 和 f32。</translation>
    </message>
    <message>
        <source>Groups of {} columns do not divide rows of {} values.</source>
        <translation>每组 {} 列，不能整除每行的 {} 个值。</translation>
    </message>
    <message>
        <source>{} stores rows in blocks of {} values, and {} is not a multiple of {}.</source>
        <translation>{} 按每块 {} 个值存储各行，而 {} 不是 {} 的倍数。</translation>
    </message>
    <message>
        <source>Merge {} is not two tokens.</source>
        <translation>合并规则 {} 不是两个词元。</translation>
    </message>
    <message>
        <source>The tokenizer has no list of merges.</source>
        <translation>分词器没有合并规则列表。</translation>
    </message>
    <message>
        <source>Merge {} names {}, which is not in the vocabulary.</source>
        <translation>合并规则 {} 提到 {}，但它不在词表中。</translation>
    </message>
    <message>
        <source>The tokenizer has no vocabulary.</source>
        <translation>分词器没有词表。</translation>
    </message>
    <message>
        <source>The id of token {} is not a number from 0 on.</source>
        <translation>词元 {} 的编号不是从 0 起的数。</translation>
    </message>
    <message>
        <source>The tokenizer normalizes text in a way that llama.cpp does not do: {}.</source>
        <translation>分词器规范化文本的方式是 llama.cpp 没有的：{}。</translation>
    </message>
    <message>
        <source>The tokenizer composes characters (NFC) before it splits text; llama.cpp does not. Text that is already composed, as nearly all is, gives the same tokens.</source>
        <translation>分词器在切分前先合成字符（NFC），llama.cpp 不这样做。已经合成的文本（几乎都是）得到相同的词元。</translation>
    </message>
    <message>
        <source>A merge of {} and {} cannot be written to GGUF.</source>
        <translation>{} 与 {} 的合并规则无法写入 GGUF。</translation>
    </message>
    <message>
        <source>The merges of this tokenizer do not follow from scores, which GGUF needs for it; a tokenizer.model file would help.</source>
        <translation>该分词器的合并规则不能由分数推出，而 GGUF 需要分数；有 tokenizer.model 文件就可以。</translation>
    </message>
    <message>
        <source>The tokenizer has no model.</source>
        <translation>分词器没有模型部分。</translation>
    </message>
    <message>
        <source>The tokenizer is neither byte-level nor falls back to bytes; GGUF cannot express it.</source>
        <translation>该分词器既不是字节级，也不能回退到字节；GGUF 无法表达。</translation>
    </message>
    <message>
        <source>The hyper-parameter {} has the impossible value {}.</source>
        <translation>超参数 {} 的值 {} 不可能成立。</translation>
    </message>
    <message>
        <source>The hyper-parameter {} is missing.</source>
        <translation>缺少超参数 {}。</translation>
    </message>
    <message>
        <source>{} key-value heads do not divide {} heads.</source>
        <translation>{} 个键值头不能整除 {} 个头。</translation>
    </message>
    <message>
        <source>The rotary dimension {} is odd.</source>
        <translation>旋转维度 {} 是奇数。</translation>
    </message>
    <message>
        <source>{} heads do not divide the width {}.</source>
        <translation>{} 个头不能整除宽度 {}。</translation>
    </message>
    <message>
        <source>The file does not say what architecture it is; its tensors are listed by name.</source>
        <translation>文件没有说明模型架构；张量按名称列出。</translation>
    </message>
    <message>
        <source>The architecture “{}” is not known; its tensors are listed by name.</source>
        <translation>架构“{}”未知；张量按名称列出。</translation>
    </message>
    <message>
        <source>It belongs to layer {}, but the model has only {} layers.</source>
        <translation>它属于第 {} 层，但模型只有 {} 层。</translation>
    </message>
    <message>
        <source>Its shape is {} × {}, but the hyper-parameters ask for {} × {}.</source>
        <translation>它的形状是 {} × {}，而超参数要求 {} × {}。</translation>
    </message>
    <message>
        <source>{} tensors that the architecture needs are missing; the first is {}.</source>
        <translation>缺少该架构需要的 {} 个张量；第一个是 {}。</translation>
    </message>
    <message>
        <source>The tokenizer splits text by a rule that llama.cpp is not known to have: {}; a GGUF file would tokenize differently.</source>
        <translation>分词器切分文本的规则不知 llama.cpp 是否支持：{}；GGUF 文件的分词结果会不同。</translation>
    </message>
    <message>
        <source>This is not a SentencePiece model: a field is broken or longer than the file.</source>
        <translation>这不是 SentencePiece 模型：有字段损坏或超出文件长度。</translation>
    </message>
    <message>
        <source>Token {} is of the unknown type {}.</source>
        <translation>词元 {} 的类型 {} 未知。</translation>
    </message>
    <message>
        <source>The score of token {} is not a finite number.</source>
        <translation>词元 {} 的分数不是有限数。</translation>
    </message>
    <message>
        <source>The tokenizer replaces some characters before it splits text; llama.cpp does not.</source>
        <translation>分词器在切分前会替换一些字符；llama.cpp 不会。</translation>
    </message>
    <message>
        <source>The tokenizer makes one space of several; llama.cpp does not.</source>
        <translation>分词器会把多个空格并为一个；llama.cpp 不会。</translation>
    </message>
    <message>
        <source>The file has {} bytes; at most {} are allowed.</source>
        <translation>文件有 {} 字节；最多允许 {} 字节。</translation>
    </message>
    <message>
        <source>The SentencePiece model has no tokens.</source>
        <translation>该 SentencePiece 模型没有词元。</translation>
    </message>
    <message>
        <source>The stored type {} cannot be decoded.</source>
        <translation>无法解码存储类型 {}。</translation>
    </message>
    <message>
        <source>The weights hold NaN or infinite values ({} found so far); they cannot be quantized.</source>
        <translation>权重中含有 NaN 或无穷大（目前发现 {} 个），无法量化。</translation>
    </message>
    <message>
        <source>Some weights are too large for {}: a scale or value became infinite.</source>
        <translation>有些权重对 {} 来说太大：缩放因子或数值变成了无穷大。</translation>
    </message>
    <message>
        <source>A plan&apos;s scheme must be a text such as &quot;q4_0&quot; or &quot;keep&quot;.</source>
        <translation>计划中的方案必须是“q4_0”或“keep”这样的文本。</translation>
    </message>
    <message>
        <source>Only matrices are quantized; this tensor has one dimension.</source>
        <translation>只量化矩阵；此张量只有一维。</translation>
    </message>
    <message>
        <source>A plan is an object with &quot;base&quot; and &quot;rules&quot;.</source>
        <translation>计划是含有“base”和“rules”的对象。</translation>
    </message>
    <message>
        <source>A plan&apos;s rule must have &quot;match&quot; and &quot;scheme&quot;.</source>
        <translation>计划的每条规则必须有“match”和“scheme”。</translation>
    </message>
    <message>
        <source>A plan has no key &quot;{}&quot; of this kind.</source>
        <translation>计划没有这种键“{}”。</translation>
    </message>
    <message>
        <source>“{}” is neither a fit nor a rounding that exists here.</source>
        <translation>这里没有名为“{}”的拟合或舍入方式。</translation>
    </message>
    <message>
        <source>“{}” is not an activation format that exists here.</source>
        <translation>这里没有名为“{}”的激活格式。</translation>
    </message>
    <message>
        <source>A scheme is missing here, for example q4_0.</source>
        <translation>这里缺少方案，例如 q4_0。</translation>
    </message>
    <message>
        <source>8-bit integers, one scale for each output channel: the weights of W8A8.</source>
        <translation>8 位整数，每个输出通道一个缩放因子：W8A8 的权重部分。</translation>
    </message>
    <message>
        <source>4-bit integers with a scale and a zero point for every 128 weights: the grid of AWQ and GPTQ, rounded to nearest.</source>
        <translation>4 位整数，每 128 个权重一个缩放因子和一个零点：AWQ 和 GPTQ 所用的网格，最近舍入。</translation>
    </message>
    <message>
        <source>3-bit integers with a scale and a zero point for every 128 weights.</source>
        <translation>3 位整数，每 128 个权重一个缩放因子和一个零点。</translation>
    </message>
    <message>
        <source>2-bit integers with a scale and a zero point for every 32 weights: four values a group, to see where it breaks.</source>
        <translation>2 位整数，每 32 个权重一个缩放因子和一个零点：每组只有四个值，看看它在哪里失效。</translation>
    </message>
    <message>
        <source>Values of type {} cannot be read as numbers.</source>
        <translation>类型为 {} 的值不能当作数来读取。</translation>
    </message>
    <message>
        <source>Numbers cannot be stored as {}; F32, F16 and BF16 can.</source>
        <translation>数不能以 {} 存储；可以用 F32、F16 和 BF16。</translation>
    </message>
    <message>
        <source>The demo model cannot be unpacked: {}.</source>
        <translation>无法解出演示模型：{}。</translation>
    </message>
    <message>
        <source>The folder cannot be created.</source>
        <translation>无法创建文件夹。</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <comment>what an error happened to (a file, a tensor); the error</comment>
        <translation>%1：%2</translation>
    </message>
    <message>
        <source>The tensor {} has no place in a GGUF file of the architecture {}.</source>
        <translation>架构 {1} 的 GGUF 文件中没有张量 {0} 的位置。</translation>
    </message>
    <message>
        <source>GGUF has no type for the scheme {}; use a type that it has, such as {}.</source>
        <translation>GGUF 没有与方案 {} 对应的类型；请改用它有的类型，例如 {}。</translation>
    </message>
    <message>
        <source>Its values are stored as {}, which is no type for weights.</source>
        <translation>它的值以 {} 存储，这不是权重的类型。</translation>
    </message>
    <message>
        <source>llama.cpp computes with this tensor as F32 only.</source>
        <translation>llama.cpp 只以 F32 计算此张量。</translation>
    </message>
    <message>
        <source>The name {} is left out: llama.cpp takes it for Microsoft&apos;s Phi-3 and misses that model&apos;s tokens.</source>
        <translation>省去名称 {}：llama.cpp 会把它当作微软的 Phi-3，并因缺少那个模型的词元而出错。</translation>
    </message>
    <message>
        <source>{} tensors are quantized already; quantizing them again costs quality.</source>
        <translation>{} 个张量已经量化过；再次量化会损失质量。</translation>
    </message>
    <message>
        <source>The model attends to the last {} tokens only; llama.cpp lets this architecture attend to all.</source>
        <translation>该模型只关注最近 {} 个词元；llama.cpp 让这种架构关注全部词元。</translation>
    </message>
    <message>
        <source>Models of this architecture were not seen to work in llama.cpp; only those that were can be written as GGUF.</source>
        <translation>尚未见到这种架构的模型在 llama.cpp 中运行；只有见过能运行的才能写为 GGUF。</translation>
    </message>
    <message>
        <source>{} tensors that llama.cpp needs are missing; the first is {}.</source>
        <translation>缺少 llama.cpp 需要的 {} 个张量；第一个是 {}。</translation>
    </message>
    <message>
        <source>Writing {}</source>
        <translation>正在写入 {}</translation>
    </message>
    <message>
        <source>Checking {}</source>
        <translation>正在核对 {}</translation>
    </message>
    <message>
        <source>What was read back is not what was written; the disk or the memory may be faulty. Nothing was replaced.</source>
        <translation>读回的内容与写入的不同；磁盘或内存可能有故障。没有替换任何文件。</translation>
    </message>
    <message>
        <source>Waiting for the disk</source>
        <translation>正在等待磁盘</translation>
    </message>
    <message>
        <source>The model was changed while it was being exported.</source>
        <translation>导出期间模型文件被改动了。</translation>
    </message>
    <message>
        <source>The model&apos;s activation function is {}; llama.cpp always uses {} for {}.</source>
        <translation>模型的激活函数是 {0}；llama.cpp 对 {2} 总是使用 {1}。</translation>
    </message>
    <message>
        <source>The model&apos;s query_pre_attn_scalar is {}; llama.cpp assumes {} for a model of this size.</source>
        <translation>模型的 query_pre_attn_scalar 为 {}；llama.cpp 对这种大小的模型假定为 {}。</translation>
    </message>
    <message>
        <source>The model&apos;s local and global attention layers do not alternate as llama.cpp assumes (every layer of number {} × n global).</source>
        <translation>模型的局部与全局注意力层的交替方式与 llama.cpp 的假定不同（编号为 {} × n 的层为全局）。</translation>
    </message>
    <message>
        <source>llama.cpp has no RoPE scaling of type {} for {}.</source>
        <translation>llama.cpp 没有用于 {1} 的 {0} 类 RoPE 缩放。</translation>
    </message>
    <message>
        <source>The model&apos;s YaRN attention factor is {}, which llama.cpp does not read from the file.</source>
        <translation>模型的 YaRN 注意力因子为 {}，llama.cpp 不会从文件中读取它。</translation>
    </message>
    <message>
        <source>The model&apos;s RoPE scaling lacks the original context length, or its frequency factors are not in order.</source>
        <translation>模型的 RoPE 缩放缺少原始上下文长度，或频率因子的次序不对。</translation>
    </message>
    <message>
        <source>The model has {} long and {} short RoPE factors; {} are needed.</source>
        <translation>模型有 {} 个长 RoPE 因子和 {} 个短 RoPE 因子；需要 {} 个。</translation>
    </message>
    <message>
        <source>llama.cpp rotates whole heads of {} dimensions for {}; this model rotates {}.</source>
        <translation>llama.cpp 对 {1} 旋转整个头的 {0} 维；此模型旋转 {2} 维。</translation>
    </message>
    <message>
        <source>The tensor holds NaN or infinite values ({} found so far).</source>
        <translation>张量中含有 NaN 或无穷大（目前发现 {} 个）。</translation>
    </message>
    <message>
        <source>The key {} is not a list of one number for each of the {} tensors.</source>
        <translation>键 {} 不是 {} 个张量每个一个数的列表。</translation>
    </message>
    <message>
        <source>Tensor {} holds {} values that are NaN or infinite.</source>
        <translation>张量 {} 中有 {} 个值是 NaN 或无穷大。</translation>
    </message>
    <message>
        <source>Tensor {} is not what was written: its values have changed.</source>
        <translation>张量 {} 与写入时不同：它的值变了。</translation>
    </message>
    <message>
        <source>The file is valid JSON, but not an object.</source>
        <translation>文件是有效的 JSON，但不是对象。</translation>
    </message>
    <message>
        <source>The file of {} bytes ends inside metadata entry {} of {} ({}).</source>
        <translation>{} 字节的文件在第 {} 条元数据（共 {} 条，{}）中间就结束了。</translation>
    </message>
    <message>
        <source>The file of {} bytes ends inside the description of tensor {} of {} ({}).</source>
        <translation>{} 字节的文件在第 {} 个张量（共 {} 个，{}）的描述中间就结束了。</translation>
    </message>
    <message>
        <source>The file has a tensor without a name.</source>
        <translation>文件中有一个没有名称的张量。</translation>
    </message>
    <message>
        <source>Tensor {} of {} and shape {} does not fill whole bytes.</source>
        <translation>张量 {}（{}，形状 {}）占不满整字节。</translation>
    </message>
    <message>
        <source>Tensor {} of {} and shape {} is larger than 64 bits can count.</source>
        <translation>张量 {}（{}，形状 {}）超出 64 位能表示的范围。</translation>
    </message>
    <message>
        <source>The header is said to be empty.</source>
        <translation>文件头标称为空。</translation>
    </message>
    <message>
        <source>The file name is that of a part of a split model, but the key {} is missing.</source>
        <translation>文件名是拆分模型分片的名称，但缺少键 {}。</translation>
    </message>
    <message>
        <source>The directory has vocab.json but no tokenizer.json, which says how text is split; save the tokenizer in the fast form.</source>
        <translation>文件夹里有 vocab.json，却没有说明如何切分文本的 tokenizer.json；请以 fast 形式保存分词器。</translation>
    </message>
    <message>
        <source>The added token {} has no proper id and text.</source>
        <translation>附加词元 {} 没有合规的编号和文本。</translation>
    </message>
    <message>
        <source>{} added tokens have no row in the embedding and are left out.</source>
        <translation>{} 个附加词元在词嵌入中没有对应的行，已略去。</translation>
    </message>
    <message>
        <source>Token {} is not UTF-8 text.</source>
        <translation>词元 {} 不是 UTF-8 文本。</translation>
    </message>
    <message>
        <source>The tokens {} and {} have the same text {}.</source>
        <translation>词元 {} 与 {} 的文本相同：{}。</translation>
    </message>
    <message>
        <source>The vocabulary has no byte tokens; llama.cpp stops when it loads such a SentencePiece vocabulary.</source>
        <translation>词表中没有字节词元；llama.cpp 加载这样的 SentencePiece 词表时会中止。</translation>
    </message>
    <message>
        <source>The model&apos;s directory has no tokenizer: the file can be loaded, but takes token numbers only.</source>
        <translation>模型的文件夹里没有分词器：文件可以加载，但只能输入词元编号。</translation>
    </message>
    <message>
        <source>Token {} has the id {}, but the embedding has {} rows.</source>
        <translation>词元 {} 的编号为 {}，但词嵌入只有 {} 行。</translation>
    </message>
    <message>
        <source>The tokens {} and {} have the same id {}.</source>
        <translation>词元 {} 与 {} 的编号相同：{}。</translation>
    </message>
    <message>
        <source>The file needs {} bytes, but the disk has only {} left.</source>
        <translation>文件需要 {} 字节，但磁盘只剩 {} 字节。</translation>
    </message>
    <message>
        <source>The file is not UTF-8 text.</source>
        <translation>文件不是 UTF-8 文本。</translation>
    </message>
    <message>
        <source>Two tensors would be written as {}.</source>
        <translation>有两个张量都会写成 {}。</translation>
    </message>
    <message>
        <source>The model&apos;s output matrix (lm_head) is missing, and its configuration does not say that it is tied to the embedding.</source>
        <translation>模型缺少输出矩阵（lm_head），而配置也没有说明它与词嵌入共享权重。</translation>
    </message>
    <message>
        <source>Rule {} ({}) decides for no tensor.</source>
        <translation>规则 {}（{}）没有对任何张量起作用。</translation>
    </message>
    <message>
        <source>The file has no hyper-parameters: it is no whole model.</source>
        <translation>文件没有超参数：它不是完整的模型。</translation>
    </message>
    <message>
        <source>The file has no hyper-parameters: its tensors can be looked at, no more.</source>
        <translation>文件没有超参数：只能查看其中的张量。</translation>
    </message>
    <message>
        <source>{} tensors get something else than was chosen, among them {} (stored as {}): {}</source>
        <translation>{} 个张量得到的与所选不同，其中有 {}（存为 {}）：{}</translation>
    </message>
    <message>
        <source>The importance matrix is not used: no scheme of the plan has +imatrix.</source>
        <translation>重要性矩阵没有用到：计划中没有带 +imatrix 的方案。</translation>
    </message>
    <message>
        <source>The importance matrix has an entry named {}, which is no tensor&apos;s name.</source>
        <translation>重要性矩阵有一个名为 {} 的条目，这不是张量的名称。</translation>
    </message>
    <message>
        <source>The importance of {} has the value {}; sums of squares are finite and not negative.</source>
        <translation>{} 的重要性含有值 {}；平方和应是有限的非负数。</translation>
    </message>
    <message>
        <source>The importance of {} was summed over {} tokens, which cannot be.</source>
        <translation>{} 的重要性是对 {} 个词元求和的，这不可能。</translation>
    </message>
    <message>
        <source>The importance of {} stands twice in the file.</source>
        <translation>{} 的重要性在文件中出现了两次。</translation>
    </message>
    <message>
        <source>The importance matrix has the count {} at byte {}, where at least {} must stand.</source>
        <translation>重要性矩阵在字节 {1} 处的计数为 {0}，至少应为 {2}。</translation>
    </message>
    <message>
        <source>The importance matrix ends {} bytes before its file does.</source>
        <translation>重要性矩阵在文件结束前 {} 字节处就结束了。</translation>
    </message>
    <message>
        <source>The old form of importance matrices cannot hold the count {}.</source>
        <translation>旧格式的重要性矩阵存不下计数 {}。</translation>
    </message>
    <message>
        <source>The file claims to be an importance matrix of {} entries, too many for its {} bytes.</source>
        <translation>文件自称是有 {} 个条目的重要性矩阵，而它只有 {} 字节，放不下。</translation>
    </message>
    <message>
        <source>The importance matrix of {} bytes is cut off: what stands at byte {} is longer than the rest.</source>
        <translation>{} 字节的重要性矩阵不完整：字节 {} 处的内容比余下部分还长。</translation>
    </message>
    <message>
        <source>Tensor {} is {}; importance is stored as F32.</source>
        <translation>张量 {} 是 {}；重要性应以 F32 存储。</translation>
    </message>
    <message>
        <source>The importance of {} has no tensor {}.</source>
        <translation>{} 的重要性缺少张量 {}。</translation>
    </message>
    <message>
        <source>The importance of {} has the shape {}, which does not fit its {} token counts.</source>
        <translation>{} 的重要性形状为 {}，与它的 {} 个词元计数不符。</translation>
    </message>
    <message>
        <source>{} is {}; it must be a 32-bit unsigned number.</source>
        <translation>{} 是 {}；应为 32 位无符号数。</translation>
    </message>
    <message>
        <source>{} must be an array of texts.</source>
        <translation>{} 应为文本数组。</translation>
    </message>
    <message>
        <source>The GGUF file is not an importance matrix: it has no tensor whose name ends in {}.</source>
        <translation>该 GGUF 文件不是重要性矩阵：没有名称以 {} 结尾的张量。</translation>
    </message>
    <message>
        <source>d is the weight of largest magnitude, with its sign, divided by −{}: that weight always gets code 0, and d may be negative.</source>
        <translation>d 是绝对值最大的权重（带符号）除以 −{}：该权重总是得到编码 0，d 可能为负。</translation>
    </message>
    <message>
        <source>m is the smallest weight; d spreads the codes 0 to {} from it to the largest weight.</source>
        <translation>m 是最小的权重；d 把编码 0 到 {} 从它均匀铺到最大的权重。</translation>
    </message>
    <message>
        <source>Every {} weights have a scale and a minimum, found by a search for the lowest error and stored as integers s and m of {} bits; d and dmin of the whole block scale them. A minimum is never above 0.</source>
        <translation>每 {} 个权重共用一个缩放因子和一个最小值，由搜索最小误差得到，存为 {} 位整数 s 和 m；再由整块的 d 和 dmin 缩放。最小值从不大于 0。</translation>
    </message>
    <message>
        <source>Every {} weights have a scale, found by a search for the lowest error and stored as an integer s of {} bits; d of the whole block scales it.</source>
        <translation>每 {} 个权重共用一个缩放因子，由搜索最小误差得到，存为 {} 位整数 s；再由整块的 d 缩放。</translation>
    </message>
    <message>
        <source>T has 16 levels from −127 to 113 that lie closer around 0, where most weights are; d is found by a search for the lowest error.</source>
        <translation>T 有从 −127 到 113 的 16 个档位，在多数权重所在的 0 附近更密；d 由搜索最小误差得到。</translation>
    </message>
    <message>
        <source>T has 16 levels from −127 to 113 that lie closer around 0, where most weights are; every {} weights have a scale s of {} bits, and d of the whole block scales it.</source>
        <translation>T 有从 −127 到 113 的 16 个档位，在多数权重所在的 0 附近更密；每 {} 个权重共用一个 {} 位的缩放因子 s，再由整块的 d 缩放。</translation>
    </message>
    <message>
        <source>K is twice the number of a 4-bit float (E2M1: 0 0.5 1 1.5 2 3 4 6); the scale is a power of two that follows the largest magnitude.</source>
        <translation>K 是 4 位浮点数（E2M1：0 0.5 1 1.5 2 3 4 6）的两倍；缩放因子是随最大绝对值而定的 2 的幂。</translation>
    </message>
    <message>
        <source>K is twice the number of a 4-bit float (E2M1: 0 0.5 1 1.5 2 3 4 6); s, for every {} weights, is half an 8-bit float (E4M3) of the largest magnitude divided by 6.</source>
        <translation>K 是 4 位浮点数（E2M1：0 0.5 1 1.5 2 3 4 6）的两倍；每 {} 个权重的 s 是最大绝对值除以 6 存成的 8 位浮点数（E4M3）的一半。</translation>
    </message>
    <message>
        <source>d is the largest magnitude, a weight becomes −d, 0 or d, and five of them share a byte as digits of base 3. Made for weights that were trained to be ternary.</source>
        <translation>d 是最大绝对值，权重变为 −d、0 或 d，五个一组作为三进制数位共用一个字节。为训练成三值的权重而设计。</translation>
    </message>
    <message>
        <source>d is the largest magnitude, a weight becomes −d, 0 or d. Made for weights that were trained to be ternary.</source>
        <translation>d 是最大绝对值，权重变为 −d、0 或 d。为训练成三值的权重而设计。</translation>
    </message>
    <message>
        <source>d is the mean magnitude, and the one bit is the sign.</source>
        <translation>d 是绝对值的平均，唯一的一位是符号。</translation>
    </message>
    <message>
        <source>d is the largest magnitude; the codes mean −d, 0, d and 2d, and the last one is hardly ever used.</source>
        <translation>d 是最大绝对值；编码表示 −d、0、d 和 2d，最后一个几乎从不使用。</translation>
    </message>
    <message>
        <source>d is the largest magnitude divided by {}.</source>
        <translation>d 是最大绝对值除以 {}。</translation>
    </message>
    <message>
        <source>For {} weights: scale (max − min)/{} and offset min, both float; codes 0 to {}, rounded to nearest.</source>
        <translation>每 {} 个权重：缩放因子 (max − min)/{}，偏移 min，均为浮点；编码 0 到 {}，就近舍入。</translation>
    </message>
    <message>
        <source>For {} weights: the sign times max|w|, a float.</source>
        <translation>每 {} 个权重：符号乘以 max|w|，浮点。</translation>
    </message>
    <message>
        <source>For {} weights: scale max|w|/{}, a float; codes −{} to {}, rounded to nearest.</source>
        <translation>每 {} 个权重：缩放因子 max|w|/{}，浮点；编码 −{} 到 {}，就近舍入。</translation>
    </message>
    <message>
        <source>There is no search for {}: it has one fit.</source>
        <translation>{} 没有搜索：它只有一种拟合。</translation>
    </message>
    <message>
        <source>The fit of {} cannot be weighted by importance.</source>
        <translation>{} 的拟合不能按重要性加权。</translation>
    </message>
    <message>
        <source>The importance matrix was made for another model: it has {} values for this tensor, which needs {}.</source>
        <translation>该重要性矩阵是为另一个模型制作的：它为此张量给出 {} 个值，而需要 {} 个。</translation>
    </message>
    <message>
        <source>The importance of this tensor&apos;s columns is not known.</source>
        <translation>此张量各列的重要性未知。</translation>
    </message>
    <message>
        <source>{} stands in for {}, whose blocks of {} values do not divide rows of {}.</source>
        <translation>由 {} 代替 {}：后者每块 {} 个值，无法整除长度为 {} 的行。</translation>
    </message>
    <message>
        <source>The importance matrix has no entry for this tensor: it is fitted without.</source>
        <translation>重要性矩阵没有此张量的条目：拟合时不加权。</translation>
    </message>
    <message>
        <source>{} needs an importance matrix, and there is none.</source>
        <translation>{} 需要重要性矩阵，但没有。</translation>
    </message>
    <message>
        <source>No recipe is called “{}”.</source>
        <translation>没有名为“{}”的配方。</translation>
    </message>
    <message>
        <source>“{}” is not a regular expression.</source>
        <translation>“{}”不是正则表达式。</translation>
    </message>
    <message>
        <source>A rule is written pattern=scheme, such as ffn_down=q6_k.</source>
        <translation>规则写作 模式=方案，例如 ffn_down=q6_k。</translation>
    </message>
    <message>
        <source>“{}” stands twice.</source>
        <translation>“{}”出现了两次。</translation>
    </message>
    <message>
        <source>The importance matrix was made for another model: none of its {} entries belongs to a tensor of this one.</source>
        <translation>该重要性矩阵是为另一个模型制作的：它的 {} 个条目都不属于本模型的张量。</translation>
    </message>
    <message>
        <source>It is weighted by importance, and no importance matrix is open: choose one with Model &gt; Importance Matrix.</source>
        <translation>它按重要性加权，但没有打开重要性矩阵：请用“模型 &gt; 重要性矩阵”选择一个。</translation>
    </message>
    <message>
        <source>This plan keeps the tensor as it is stored.</source>
        <translation>此计划让该张量保持原样。</translation>
    </message>
    <message>
        <source>All scales are those with the lowest squared error, weighted by importance, that our search found.</source>
        <translation>所有缩放因子都取自我们的搜索所找到的、按重要性加权的平方误差最小的结果。</translation>
    </message>
    <message>
        <source>All scales are those with the lowest squared error that our search found.</source>
        <translation>所有缩放因子都取自我们的搜索所找到的平方误差最小的结果。</translation>
    </message>
    <message>
        <source>All scales are found by ggml&apos;s search for a low squared error, weighted by importance.</source>
        <translation>所有缩放因子由 ggml 的搜索得到，以求按重要性加权的平方误差较小。</translation>
    </message>
    <message>
        <source>The activations of layer {} are not finite: the model cannot be run in float32 on this text.</source>
        <translation>第 {} 层的激活值不是有限数：该模型无法以 float32 处理这段文本。</translation>
    </message>
    <message>
        <source>The file is not a kept evaluation: choose another.</source>
        <translation>该文件不是保存的评估进度：请另选文件。</translation>
    </message>
    <message>
        <source>Running layer {} of {}</source>
        <translation>正在运行第 {} 层（共 {} 层）</translation>
    </message>
    <message>
        <source>A sequence has no tokens.</source>
        <translation>有一个序列不含任何词元。</translation>
    </message>
    <message>
        <source>A sequence has {} tokens; the model takes at most {}.</source>
        <translation>有一个序列含 {} 个词元；该模型最多接受 {} 个。</translation>
    </message>
    <message>
        <source>The token {} is not in the model&apos;s vocabulary of {}.</source>
        <translation>词元 {} 不在该模型的词表（共 {} 个）中。</translation>
    </message>
    <message>
        <source>Its architecture is not known: the model can be viewed and quantized, not run.</source>
        <translation>它的架构未知：该模型可以查看和量化，但不能运行。</translation>
    </message>
    <message>
        <source>Mixtures of experts can be viewed and quantized, not run.</source>
        <translation>混合专家模型可以查看和量化，但不能运行。</translation>
    </message>
    <message>
        <source>It is not known what the tensor {} is for: the model can be viewed and quantized, not run.</source>
        <translation>不知道张量 {} 的用途：该模型可以查看和量化，但不能运行。</translation>
    </message>
    <message>
        <source>The tensor {} has the type {}, which cannot be decoded.</source>
        <translation>张量 {} 的类型是 {}，无法解码。</translation>
    </message>
    <message>
        <source>Rows of more than {} values cannot be run.</source>
        <translation>每行超过 {} 个值的矩阵无法运行。</translation>
    </message>
    <message>
        <source>Its output matrix is missing: the model can be viewed and quantized, not run.</source>
        <translation>缺少输出矩阵：该模型可以查看和量化，但不能运行。</translation>
    </message>
    <message>
        <source>Its setting {} has the value {}, with which models can be viewed and quantized, not run.</source>
        <translation>它的设置 {} 的值为 {}，这样的模型可以查看和量化，但不能运行。</translation>
    </message>
    <message>
        <source>{} models can be viewed and quantized, not run.</source>
        <translation>{} 模型可以查看和量化，但不能运行。</translation>
    </message>
    <message>
        <source>The frequency factors of the RoPE scaling are not in order.</source>
        <translation>RoPE 缩放的频率系数有误。</translation>
    </message>
    <message>
        <source>Its RoPE scaling has the unknown type {}.</source>
        <translation>它的 RoPE 缩放类型 {} 未知。</translation>
    </message>
    <message>
        <source>{} is a recipe of llama.cpp, which goes by the architecture, and this model&apos;s is not known here; a scheme for its tensors can be chosen instead.</source>
        <translation>{} 是 llama.cpp 的配方，要根据架构来选择类型，而本模型的架构未知；可以改为给它的张量选择方案。</translation>
    </message>
    <message>
        <source>The tokenizer is of type {}; only BPE is known.</source>
        <translation>分词器的类型是 {}；目前只支持 BPE。</translation>
    </message>
    <message>
        <source>The tokenizer uses {}, which is not known here.</source>
        <translation>分词器用到了 {}，目前不支持。</translation>
    </message>
    <message>
        <source>The tokenizer normalizes text in an unknown way: {}.</source>
        <translation>分词器以未知的方式规范化文本：{}。</translation>
    </message>
    <message>
        <source>The tokenizer replaces characters before it splits text, which is not known here; save it as tokenizer.json.</source>
        <translation>分词器在切分文本之前会替换字符，目前不支持；请把它另存为 tokenizer.json。</translation>
    </message>
    <message>
        <source>There is no tokenizer (tokenizer.json or tokenizer.model) beside the model.</source>
        <translation>模型旁边没有分词器（tokenizer.json 或 tokenizer.model）。</translation>
    </message>
    <message>
        <source>It is not one number for each of the {} tokens.</source>
        <translation>它不是为 {} 个词元各给一个数。</translation>
    </message>
    <message>
        <source>The tokens have no scores, by which they are merged.</source>
        <translation>词元没有合并所依据的分数。</translation>
    </message>
    <message>
        <source>The id of a special token, {}, is not one of {} tokens.</source>
        <translation>特殊词元的编号 {} 不在 {} 个词元之内。</translation>
    </message>
    <message>
        <source>The file does not say how its tokenizer splits text; convert the model again with a newer program.</source>
        <translation>文件没有说明分词器如何切分文本；请用更新的程序重新转换该模型。</translation>
    </message>
    <message>
        <source>The tokenizer splits text by the rule {}, which is not known here.</source>
        <translation>分词器按规则 {} 切分文本，目前不支持。</translation>
    </message>
    <message>
        <source>The file has no tokenizer.</source>
        <translation>文件中没有分词器。</translation>
    </message>
    <message>
        <source>The tokenizer is of the kind {}; known are gpt2 (byte-level BPE) and llama (SentencePiece BPE).</source>
        <translation>分词器的种类是 {}；目前支持 gpt2（字节级 BPE）和 llama（SentencePiece BPE）。</translation>
    </message>
    <message>
        <source>The tokenizer splits text by an unknown rule: {}.</source>
        <translation>分词器按未知的规则切分文本：{}。</translation>
    </message>
    <message>
        <source>The SentencePiece model is not of type BPE (but {}); only BPE is known.</source>
        <translation>SentencePiece 模型的类型不是 BPE（而是 {}）；目前只支持 BPE。</translation>
    </message>
    <message>
        <source>The tokenizer is neither byte-level nor does it write spaces as ▁.</source>
        <translation>分词器既不是字节级的，也不把空格写作 ▁。</translation>
    </message>
    <message>
        <source>The tokenizer has no token for a byte of {} in the text.</source>
        <translation>对于文本中的 {}，分词器没有表示其字节的词元。</translation>
    </message>
    <message>
        <source>The tokenizer has neither a token for {} in the text nor one for unknown characters.</source>
        <translation>对于文本中的 {}，分词器既没有对应的词元，也没有表示未知字符的词元。</translation>
    </message>
    <message>
        <source>The tokenizer splits text by a regular expression with {}, which is not known here.</source>
        <translation>分词器切分文本的正则表达式含有 {}，目前不支持。</translation>
    </message>
    <message>
        <source>The tokenizer splits text by {}, which is not a regular expression that is known here ({}).</source>
        <translation>分词器按 {} 切分文本，这不是目前支持的正则表达式（{}）。</translation>
    </message>
    <message>
        <source>Splitting the text by the tokenizer&apos;s regular expression takes too long or too much memory ({}).</source>
        <translation>按分词器的正则表达式切分文本耗时过长或占用内存过多（{}）。</translation>
    </message>
    <message>
        <source>The token id {} is not in the vocabulary of {} tokens.</source>
        <translation>词元编号 {} 不在 {} 个词元的词表中。</translation>
    </message>
    <message>
        <source>The text has {} bytes; at most {} are allowed.</source>
        <translation>文本有 {} 字节；最多允许 {} 字节。</translation>
    </message>
    <message>
        <source>The text cannot be normalized ({}).</source>
        <translation>无法规范化文本（{}）。</translation>
    </message>
    <message>
        <source>Token {} should name a byte, but is {}.</source>
        <translation>词元 {} 应表示一个字节，却是 {}。</translation>
    </message>
    <message>
        <source>Token {} has {} bytes; at most {} are allowed.</source>
        <translation>词元 {} 有 {} 字节；最多允许 {} 字节。</translation>
    </message>
    <message>
        <source>block {} of {}, {}</source>
        <translation>第 {} 块（共 {} 块），{}</translation>
    </message>
    <message>
        <source>probabilities of the next tokens</source>
        <translation>下一词元的概率</translation>
    </message>
    <message>
        <source>A context must have at least {} tokens.</source>
        <translation>上下文至少要有 {} 个词元。</translation>
    </message>
    <message>
        <source>The text has {} tokens, fewer than one window of {}: choose a longer text or a shorter context.</source>
        <translation>文本有 {} 个词元，不足一个 {} 词元的窗口：请选择更长的文本或更短的上下文。</translation>
    </message>
    <message>
        <source>“{}” takes too long to compare with the name “{}”.</source>
        <translation>把“{}”与名称“{}”比较耗时过长。</translation>
    </message>
    <message>
        <source>llama.cpp never quantizes this tensor.</source>
        <translation>llama.cpp 从不量化此张量。</translation>
    </message>
    <message>
        <source>“{}” is no pattern: no tensor&apos;s name has ; or = in it.</source>
        <translation>“{}”不是有效的模式：张量的名称中没有 ; 或 =。</translation>
    </message>
    <message>
        <source>There is not enough memory for this.</source>
        <translation>内存不足，无法完成。</translation>
    </message>
    <message>
        <source>Something unexpected went wrong: {}.</source>
        <translation>发生了意外错误：{}。</translation>
    </message>
    <message>
        <source>The tensor rope_freqs has {} values; {} are needed.</source>
        <translation>张量 rope_freqs 有 {} 个值；需要 {} 个。</translation>
    </message>
    <message>
        <source>The folder cannot be created: {}.</source>
        <translation>无法创建文件夹：{}。</translation>
    </message>
    <message>
        <source>No temporary file can be made here: {}.</source>
        <translation>无法在此处建立临时文件：{}。</translation>
    </message>
    <message>
        <source>Temporary data cannot be written to the disk: {}.</source>
        <translation>临时数据无法写入磁盘：{}。</translation>
    </message>
    <message>
        <source>Temporary data cannot be read back from the disk: {}.</source>
        <translation>临时数据无法从磁盘读回：{}。</translation>
    </message>
    <message>
        <source>The size of its KV cache is not known: the model has no hyper-parameters that are understood.</source>
        <translation>无法得知其 KV 缓存的大小：模型没有可以理解的超参数。</translation>
    </message>
    <message>
        <source>Calibration needs about {} GB of memory, more than the limit of {} GB: take fewer or shorter samples, or leave out Gram matrices.</source>
        <translation>校准约需 {} GB 内存，超过 {} GB 的上限：请减少或缩短样本，或不保留 Gram 矩阵。</translation>
    </message>
    <message>
        <source>Calibration needs about {} GB of memory, more than the limit of {} GB: take fewer or shorter samples.</source>
        <translation>校准约需 {} GB 内存，超过 {} GB 的上限：请减少或缩短样本。</translation>
    </message>
    <message>
        <source>The Gram matrices need {} GB on the disk, which has {} GB left.</source>
        <translation>Gram 矩阵需要 {} GB 磁盘空间，而磁盘只剩 {} GB。</translation>
    </message>
    <message>
        <source>Reading the text</source>
        <translation>正在读取文本</translation>
    </message>
    <message>
        <source>The file is not a calibration of this program.</source>
        <translation>该文件不是本程序的校准文件。</translation>
    </message>
    <message>
        <source>The calibration has the version {}; only version {} is known.</source>
        <translation>校准文件的版本是 {}；本程序只认识版本 {}。</translation>
    </message>
    <message>
        <source>The calibration does not say its {}.</source>
        <translation>校准文件没有写明 {}。</translation>
    </message>
    <message>
        <source>The calibration has no tensor {}.</source>
        <translation>校准文件中没有张量 {}。</translation>
    </message>
    <message>
        <source>Tensor {} of the calibration does not hold {} values of type {}.</source>
        <translation>校准文件的张量 {} 不是 {} 个 {} 类型的值。</translation>
    </message>
    <message>
        <source>Tensor {} of the calibration has a value that cannot be.</source>
        <translation>校准文件的张量 {} 含有不可能的值。</translation>
    </message>
    <message>
        <source>The counts of {} are not those of {} tokens.</source>
        <translation>{} 的计数与 {} 个词元不符。</translation>
    </message>
    <message>
        <source>The calibration says it has {} samples of {} tokens.</source>
        <translation>校准文件自称有 {} 个样本，每个 {} 个词元，这不可能。</translation>
    </message>
    <message>
        <source>The calibration is empty.</source>
        <translation>校准文件是空的。</translation>
    </message>
    <message>
        <source>The calibration was made with other weights: those of {}.</source>
        <translation>该校准是用另一组权重做的：{} 的权重。</translation>
    </message>
    <message>
        <source>Line {} has a zero byte: this is not a text file.</source>
        <translation>第 {} 行含有零字节：这不是文本文件。</translation>
    </message>
    <message>
        <source>Line {} is not UTF-8.</source>
        <translation>第 {} 行不是 UTF-8。</translation>
    </message>
    <message>
        <source>Line {} is longer than {} bytes.</source>
        <translation>第 {} 行超过 {} 字节。</translation>
    </message>
    <message>
        <source>Line {} is not valid JSON.</source>
        <translation>第 {} 行不是有效的 JSON。</translation>
    </message>
    <message>
        <source>Line {} is not a JSON object.</source>
        <translation>第 {} 行不是 JSON 对象。</translation>
    </message>
    <message>
        <source>Line {} has no &quot;text&quot; that is a string.</source>
        <translation>第 {} 行没有字符串类型的 &quot;text&quot;。</translation>
    </message>
    <message>
        <source>Of this file only the first {} MB are used.</source>
        <translation>该文件只使用开头的 {} MB。</translation>
    </message>
    <message>
        <source>The file has no text.</source>
        <translation>该文件没有文本。</translation>
    </message>
    <message>
        <source>A sample must have at least {} tokens.</source>
        <translation>一个样本至少要有 {} 个词元。</translation>
    </message>
    <message>
        <source>The text has {} tokens, fewer than one sample of {}: choose a longer text or shorter samples.</source>
        <translation>文本只有 {} 个词元，不足一个 {} 词元的样本：请选择更长的文本或更短的样本。</translation>
    </message>
    <message>
        <source>The text gives {0} samples of {1} tokens; {2} were asked for. All of it is used.</source>
        <translation>要求 {2} 个样本，但文本只够 {0} 个样本（每个 {1} 个词元），已全部使用。</translation>
    </message>
    <message>
        <source>There is no Gram matrix of this input.</source>
        <translation>没有该输入的 Gram 矩阵。</translation>
    </message>
    <message>
        <source>Its RoPE scaling leads to frequencies that are not finite.</source>
        <translation>它的 RoPE 缩放得出的频率不是有限数。</translation>
    </message>
    <message>
        <source>The rotary dimension {} is larger than a head of {}.</source>
        <translation>旋转维度 {} 大于注意力头的维度 {}。</translation>
    </message>
    <message>
        <source>The predictions are not finite: with these weights the model cannot be run in float32 on this text.</source>
        <translation>预测结果不是有限数：使用这些权重时，该模型无法以 float32 处理这段文本。</translation>
    </message>
    <message>
        <source>Open the model first that the calibration was made of.</source>
        <translation>请先打开做该校准所用的模型。</translation>
    </message>
    <message>
        <source>GPTQ: layer {} of {}</source>
        <translation>GPTQ：第 {} 层（共 {} 层）</translation>
    </message>
    <message>
        <source>The calibration never reaches it: rounded to nearest.</source>
        <translation>校准数据从未用到它：就近舍入。</translation>
    </message>
    <message>
        <source>Its inputs have no usable inverse, however much damping is added: rounded to nearest.</source>
        <translation>无论加多大阻尼，其输入矩阵都没有可用的逆：就近舍入。</translation>
    </message>
    <message>
        <source>“{}” is no damping: a number from 0 to {} is.</source>
        <translation>“{}”不是阻尼：阻尼是 0 到 {} 之间的数。</translation>
    </message>
    <message>
        <source>“{}” is no order of columns: none, static and group are.</source>
        <translation>“{}”不是列的顺序：可用 none、static 和 group。</translation>
    </message>
    <message>
        <source>No calibration sees what this tensor reads: it is rounded to nearest.</source>
        <translation>校准时看不到此张量的输入：就近舍入。</translation>
    </message>
    <message>
        <source>Options are missing between ( and ).</source>
        <translation>括号之间缺少选项。</translation>
    </message>
    <message>
        <source>4-bit integers with a scale for every 128 weights, rounded column by column so that later weights make up for the errors of earlier ones. Needs a calibration text.</source>
        <translation>4 位整数，每 128 个权重一个缩放因子；逐列舍入，由后面的权重补偿前面的误差。需要校准文本。</translation>
    </message>
    <message>
        <source>GPTQ needs parameters to round under, and {} has none that can be fixed before its codes.</source>
        <translation>GPTQ 需要在编码之前固定的参数，而 {} 没有这样的参数。</translation>
    </message>
    <message>
        <source>Rounded on what the original model&apos;s linear reads; a comparison rounds on what comes from the quantized blocks before it.</source>
        <translation>这里按原始模型中该线性层的输入舍入；比较时则按前面已量化的块给出的输入舍入。</translation>
    </message>
    <message>
        <source>GGUF does not record how activations are stored; the weights of {} can be written without its @{}.</source>
        <translation>GGUF 不记录激活值的存储方式；去掉 @{1} 后即可写出 {0} 的权重。</translation>
    </message>
    <message>
        <source>{} is no FP8 type for weights.</source>
        <translation>{} 不是可用于权重的 FP8 类型。</translation>
    </message>
    <message>
        <source>No grid is called &quot;{}&quot;; known are {}, int2 to int8 (such as int4:g128:asym), fp8_e4m3, fp8_e5m2 (such as fp8_e4m3:channel), textbook_sym8, textbook_asym8 and textbook_q4_0.</source>
        <translation>没有名为“{}”的网格；已知的有 {}、int2 到 int8（如 int4:g128:asym）、fp8_e4m3、fp8_e5m2（如 fp8_e4m3:channel）、textbook_sym8、textbook_asym8 和 textbook_q4_0。</translation>
    </message>
    <message>
        <source>&quot;{}&quot; does not say which weights share an FP8 scale; known are tensor, channel and block (128 × 128 weights).</source>
        <translation>“{}”没有说明哪些权重共用一个 FP8 缩放因子；已知的有 tensor、channel 和 block（128 × 128 个权重）。</translation>
    </message>
    <message>
        <source>{} and {} read the same activations, but the plan stores them in two ways: give both tensors the same @….</source>
        <translation>{} 和 {} 读取相同的激活值，但计划以两种方式存储它们：请给两个张量相同的 @…。</translation>
    </message>
    <message>
        <source>Scales: running layer {} of {}</source>
        <translation>缩放：正在运行第 {} 层（共 {} 层）</translation>
    </message>
    <message>
        <source>{} and {} read the same input, so one transform must do for both, but the plan gives them {} and {}.</source>
        <translation>{} 和 {} 读取同一个输入，必须共用一个变换，但方案给它们的是 {} 和 {}。</translation>
    </message>
    <message>
        <source>Only what the linears of blocks read is quantized: what this tensor reads stays as it is.</source>
        <translation>只有各层线性层读取的激活值会被量化：此张量读取的内容保持原样。</translation>
    </message>
    <message>
        <source>A recipe is not clipped: its types have scales that are shares of others.</source>
        <translation>配方不能截断：其类型的缩放因子是另一个缩放因子的份额。</translation>
    </message>
    <message>
        <source>A recipe leaves activations as they are: “{}” cannot follow it.</source>
        <translation>配方不改变激活值：后面不能跟“{}”。</translation>
    </message>
    <message>
        <source>A scheme has one transform, not two.</source>
        <translation>一个方案只有一个变换，不能有两个。</translation>
    </message>
    <message>
        <source>4-bit integers with a scale and a zero point for every 128 weights, after columns that read large activations were made larger, and weights were clipped where that helps. Needs a calibration text.</source>
        <translation>4 位整数，每 128 个权重一个缩放因子和一个零点；先把读取大激活值的列放大，并在有利之处截断权重。需要校准文本。</translation>
    </message>
    <message>
        <source>8-bit integers for weights (a scale for each output channel) and for activations (a scale for each token), rounded to nearest.</source>
        <translation>权重用 8 位整数（每个输出通道一个缩放因子），激活值也用 8 位整数（每个词元一个缩放因子），最近舍入。</translation>
    </message>
    <message>
        <source>8-bit floats (E4M3) for weights, with a scale for each output channel, and for activations, with a scale for each token.</source>
        <translation>权重和激活值都用 8 位浮点数（E4M3）：权重每个输出通道一个缩放因子，激活值每个词元一个缩放因子。</translation>
    </message>
    <message>
        <source>A transform prepares weights for few bits; {} keeps them as they are.</source>
        <translation>变换是为低位数的权重做准备；{} 则原样保留权重。</translation>
    </message>
    <message>
        <source>Clipping is a fit of its own, made for rounding to nearest: it goes with neither +search nor +imatrix nor +gptq.</source>
        <translation>截断本身就是一种拟合，为最近舍入而设：不能与 +search、+imatrix 或 +gptq 并用。</translation>
    </message>
    <message>
        <source>Clipping looks for the best bound of each group of weights that share one scale, and {} has no such groups.</source>
        <translation>截断为每组共用一个缩放因子的权重寻找最佳界限，而 {} 没有这样的组。</translation>
    </message>
    <message>
        <source>“{}” is no strength of SmoothQuant: a number from 0 to 1 is.</source>
        <translation>“{}”不是 SmoothQuant 的强度：应为 0 到 1 之间的数。</translation>
    </message>
    <message>
        <source>It needs to know what a linear reads, and this tensor is none.</source>
        <translation>需要知道线性层的输入，而此张量不是线性层。</translation>
    </message>
    <message>
        <source>GPTQ, AWQ and SmoothQuant go by what the linear reads: run the comparison.</source>
        <translation>GPTQ、AWQ 和 SmoothQuant 取决于线性层读到的输入：请运行比较。</translation>
    </message>
    <message>
        <source>The calibration kept no sample of what this matrix reads: calibrate once more.</source>
        <translation>校准没有保留此矩阵输入的样本：请重新校准。</translation>
    </message>
    <message>
        <source>“{}” does not say which activations share a scale; known are token, tensor and static.</source>
        <translation>“{}”没有说明哪些激活共用一个缩放因子；可用的有 token、tensor 和 static。</translation>
    </message>
    <message>
        <source>AWQ, SmoothQuant, GPTQ and static activations go by what the linears of a model read on a calibration text, and there is no calibration here.</source>
        <translation>AWQ、SmoothQuant、GPTQ 和静态激活值都依据模型的线性层在校准文本上读入的内容，而这里没有校准。</translation>
    </message>
    <message>
        <source>GPTAQ goes by what a linear reads in the original and in the quantized model, side by side: run the comparison.</source>
        <translation>GPTAQ 需要同时比较线性层在原模型和量化模型中读入的内容：请运行对比。</translation>
    </message>
    <message>
        <source>GPTAQ goes by what quantized blocks change about the inputs, and under “independent” they are the original ones: one or the other.</source>
        <translation>GPTAQ 依据的是已量化的块给输入带来的变化，而在“independent”下输入就是原模型的：两者只能选一个。</translation>
    </message>
    <message>
        <source>“refit” fits scales to what the quantized model&apos;s linears read alone, which would undo GPTAQ&apos;s correction: one or the other.</source>
        <translation>“refit”只按量化后模型的线性层读入的内容重新拟合缩放因子，会抵消 GPTAQ 的校正：两者只能选一个。</translation>
    </message>
    <message>
        <source>“{}” is no option of GPTQ: damp=, order=, independent, refit and gptaq are.</source>
        <translation>“{}”不是 GPTQ 的选项：可用 damp=、order=、independent、refit 和 gptaq。</translation>
    </message>
    <message>
        <source>Loaded by llama.cpp and what is built on it.</source>
        <translation>可由 llama.cpp 及基于它的程序加载。</translation>
    </message>
    <message>
        <source>Loaded by vLLM, SGLang, GPTQModel, and transformers with gptqmodel.</source>
        <translation>可由 vLLM、SGLang、GPTQModel 以及装有 gptqmodel 的 transformers 加载。</translation>
    </message>
    <message>
        <source>Loaded by GPTQModel, and transformers with gptqmodel; vLLM wants 4 or 8 bits, symmetric.</source>
        <translation>可由 GPTQModel 和装有 gptqmodel 的 transformers 加载；vLLM 要求 4 位或 8 位对称量化。</translation>
    </message>
    <message>
        <source>Loaded by vLLM, SGLang, and transformers with gptqmodel.</source>
        <translation>可由 vLLM、SGLang 以及装有 gptqmodel 的 transformers 加载。</translation>
    </message>
    <message>
        <source>Loaded by vLLM, SGLang, and transformers with compressed-tensors.</source>
        <translation>可由 vLLM、SGLang 以及装有 compressed-tensors 的 transformers 加载。</translation>
    </message>
    <message>
        <source>Loaded by transformers, vLLM and anything that reads floats.</source>
        <translation>可由 transformers、vLLM 以及任何能读取浮点权重的程序加载。</translation>
    </message>
    <message>
        <source>This is where the model itself lies; choose another name.</source>
        <translation>这是模型自身所在的位置，请另选名称。</translation>
    </message>
    <message>
        <source>The model&apos;s weights are already quantized in a form that cannot be read (quant_method {}).</source>
        <translation>模型的权重已经量化，而且是无法读取的形式（quant_method {}）。</translation>
    </message>
    <message>
        <source>The file is not what an export writes.</source>
        <translation>该文件不是导出时写入的内容。</translation>
    </message>
    <message>
        <source>The format does not record how activations are stored, as {} asks for; {} does.</source>
        <translation>该格式不记录激活的存储方式，而 {} 需要它；{} 可以记录。</translation>
    </message>
    <message>
        <source>GPTQ files hold integers of 2, 3, 4 or 8 bits, per row or group, with scales of F16, not {}; {} would fit.</source>
        <translation>GPTQ 文件只能存放 2、3、4 或 8 位整数，按行或按组，缩放因子为 F16，不能存放 {}；可改用 {}。</translation>
    </message>
    <message>
        <source>AWQ files hold integers of 4 bits in groups, with scales of F16, not {}; {} would fit.</source>
        <translation>AWQ 文件只能存放按组的 4 位整数，缩放因子为 F16，不能存放 {}；可改用 {}。</translation>
    </message>
    <message>
        <source>compressed-tensors&apos; programs scale activations by token, or by one number that is known beforehand, not as {} asks for; @{} would fit.</source>
        <translation>支持 compressed-tensors 的程序按词元缩放激活，或使用一个预先确定的数，而不是 {} 要求的方式；可改用 @{}。</translation>
    </message>
    <message>
        <source>compressed-tensors holds FP8 as E4M3, not as {}; {} would fit.</source>
        <translation>compressed-tensors 只能以 E4M3 存放 FP8，不能存放 {}；可改用 {}。</translation>
    </message>
    <message>
        <source>compressed-tensors&apos; programs do not compute with {}; {} would fit.</source>
        <translation>支持 compressed-tensors 的程序不能用 {} 计算；可改用 {}。</translation>
    </message>
    <message>
        <source>compressed-tensors files hold integers of 4 or 8 bits, per row or group, and FP8, not {}; {} would fit.</source>
        <translation>compressed-tensors 文件只能存放按行或按组的 4 位或 8 位整数以及 FP8，不能存放 {}；可改用 {}。</translation>
    </message>
    <message>
        <source>Textbook schemes show what simplifications cost; they are not exported.</source>
        <translation>教科书方案用于展示简化的代价，不能导出。</translation>
    </message>
    <message>
        <source>Floats do not record how activations are stored (@{}).</source>
        <translation>浮点权重不记录激活的存储方式（@{}）。</translation>
    </message>
    <message>
        <source>Every linear of the decoder has to be quantized in this format.</source>
        <translation>此格式要求解码器的每个线性层都被量化。</translation>
    </message>
    <message>
        <source>Only linears of a decoder&apos;s blocks can be quantized in this format, stored [out, in].</source>
        <translation>此格式只能量化解码器各块中以 [out, in] 存放的线性层。</translation>
    </message>
    <message>
        <source>All quantized linears have one type in this format, here {}, not {}.</source>
        <translation>在此格式中，所有被量化的线性层类型相同，此处为 {}，而不是 {}。</translation>
    </message>
    <message>
        <source>The model&apos;s architecture is not known, and so not which tensors are the linears that this format quantizes.</source>
        <translation>模型的架构未知，因此无法确定此格式要量化的线性层是哪些张量。</translation>
    </message>
    <message>
        <source>The plan quantizes nothing that this format could hold; dequantized writes floats.</source>
        <translation>该方案没有量化此格式能存放的任何内容；“反量化”可写出浮点权重。</translation>
    </message>
    <message>
        <source>The folder has other files in it ({}); choose a new or an empty one.</source>
        <translation>文件夹中有其他文件（{}），请选择新的或空的文件夹。</translation>
    </message>
    <message>
        <source>The folder cannot be written: {}.</source>
        <translation>无法写入文件夹：{}。</translation>
    </message>
    <message>
        <source>Tensor {} was not there when the model was written.</source>
        <translation>写出模型时没有张量 {}。</translation>
    </message>
    <message>
        <source>{} of the {} tensors that were written are missing.</source>
        <translation>写出的 {1} 个张量中缺少 {0} 个。</translation>
    </message>
    <message>
        <source>There is a file of this name, not a folder.</source>
        <translation>已有同名的文件，而不是文件夹。</translation>
    </message>
    <message>
        <source>The GPTQ layout has codes of 2, 3, 4 or 8 bits.</source>
        <translation>GPTQ 布局的编码为 2、3、4 或 8 位。</translation>
    </message>
    <message>
        <source>The AWQ layout has codes of 4 bits.</source>
        <translation>AWQ 布局的编码为 4 位。</translation>
    </message>
    <message>
        <source>The layout of compressed-tensors has codes of 4 or 8 bits.</source>
        <translation>compressed-tensors 布局的编码为 4 或 8 位。</translation>
    </message>
    <message>
        <source>A byte for each weight holds symmetric int8.</source>
        <translation>每个权重一个字节的布局存放对称 int8。</translation>
    </message>
    <message>
        <source>The layout has scales for rows or groups, not for tensors.</source>
        <translation>该布局的缩放因子按行或按组，而不是按张量。</translation>
    </message>
    <message>
        <source>The layout has scales for tensors or rows, not for groups.</source>
        <translation>该布局的缩放因子按张量或按行，而不是按组。</translation>
    </message>
    <message>
        <source>The GPTQ layout wants rows and columns in multiples of {}, not {} × {}.</source>
        <translation>GPTQ 布局要求行数和列数是 {} 的倍数，而此处为 {} × {}。</translation>
    </message>
    <message>
        <source>The AWQ layout wants rows in multiples of {}, not {}.</source>
        <translation>AWQ 布局要求行数是 {} 的倍数，而此处为 {}。</translation>
    </message>
    <message>
        <source>The layout holds FP8, not {}.</source>
        <translation>该布局存放 FP8，而不是 {}。</translation>
    </message>
    <message>
        <source>The layout holds plain integers, not {}.</source>
        <translation>该布局存放普通整数，而不是 {}。</translation>
    </message>
    <message>
        <source>The matrix is empty.</source>
        <translation>矩阵为空。</translation>
    </message>
    <message>
        <source>The model says that it is quantized ({}), in a form that is not known here; its tensors are shown as they are stored.</source>
        <translation>模型声明自己已量化（{}），但此形式未知；其张量按存储原样显示。</translation>
    </message>
    <message>
        <source>Its linear has no tensor {}.</source>
        <translation>其线性层缺少张量 {}。</translation>
    </message>
    <message>
        <source>The tensor {} is no matrix.</source>
        <translation>张量 {} 不是矩阵。</translation>
    </message>
    <message>
        <source>Its scales are stored as {}.</source>
        <translation>其缩放因子以 {} 存储。</translation>
    </message>
    <message>
        <source>{} columns are not {} groups of equal size.</source>
        <translation>{} 列无法分成 {} 个大小相等的组。</translation>
    </message>
    <message>
        <source>The quantization_config does not say how many bits codes have.</source>
        <translation>quantization_config 没有说明编码的位数。</translation>
    </message>
    <message>
        <source>Only the GEMM layout of AWQ can be read, not {}.</source>
        <translation>只能读取 AWQ 的 GEMM 布局，不能读取 {}。</translation>
    </message>
    <message>
        <source>The tensor {} is {} of {}, but its linear needs {} of {}.</source>
        <translation>张量 {} 为 {} 的 {}，但其线性层需要 {} 的 {}。</translation>
    </message>
    <message>
        <source>The tensor {} is no list of {} groups.</source>
        <translation>张量 {} 不是 {} 列的组号列表。</translation>
    </message>
    <message>
        <source>The tensor {} does not make {} groups of {} columns.</source>
        <translation>张量 {} 不能分成 {} 个 {} 列的组。</translation>
    </message>
    <message>
        <source>The tensor {} is no shape of a matrix.</source>
        <translation>张量 {} 不是矩阵的形状。</translation>
    </message>
    <message>
        <source>Its {} words hold no {} codes of 4 or 8 bits, which are those that can be read.</source>
        <translation>其 {} 个字并非 {} 个 4 位或 8 位编码，而只有这两种可以读取。</translation>
    </message>
    <message>
        <source>A GGUF file of this architecture cannot be written in Hugging Face form.</source>
        <translation>这种架构的 GGUF 文件无法写成 Hugging Face 形式。</translation>
    </message>
    <message>
        <source>The file scales its rotation by a table of its own, which config.json cannot hold.</source>
        <translation>该文件用自带的表缩放旋转位置编码，config.json 无法容纳。</translation>
    </message>
    <message>
        <source>The rotation is scaled by {}, which is not written in Hugging Face form yet.</source>
        <translation>旋转位置编码按 {} 缩放，尚不能写成 Hugging Face 形式。</translation>
    </message>
    <message>
        <source>The model&apos;s numbers cannot be said in config.json of its architecture.</source>
        <translation>模型的超参数无法在其架构的 config.json 中表达。</translation>
    </message>
    <message>
        <source>Its rows stand in another order in a folder than in this GGUF file, and so other blocks share scales.</source>
        <translation>其各行在文件夹中的顺序与此 GGUF 文件不同，因此共享缩放因子的块也不同。</translation>
    </message>
    <message>
        <source>The tensor {} has no place in a folder in Hugging Face form.</source>
        <translation>张量 {} 在 Hugging Face 形式的文件夹中没有位置。</translation>
    </message>
    <message>
        <source>The two models are not known to be of one architecture.</source>
        <translation>无法确认这两个模型属于同一架构。</translation>
    </message>
    <message>
        <source>It has no tensor {}, which the original has.</source>
        <translation>它缺少原模型所有的张量 {}。</translation>
    </message>
    <message>
        <source>Its tensor {} is {} × {}, that of the original {} × {}.</source>
        <translation>其张量 {} 为 {} × {}，而原模型的为 {} × {}。</translation>
    </message>
    <message>
        <source>The file is not one that GPTQ&apos;s finished work was kept in: choose another.</source>
        <translation>该文件不是保存的 GPTQ 进度：请另选文件。</translation>
    </message>
    <message>
        <source>In this format the other tensors can be F32, F16 or BF16, not {}.</source>
        <translation>在此格式中，其余张量可为 F32、F16 或 BF16，不能为 {}。</translation>
    </message>
    <message>
        <source>The file is too large to belong to a tokenizer.</source>
        <translation>该文件太大，不会是分词器的文件。</translation>
    </message>
    <message>
        <source>Decoded weights are rounded once more to the written type, which measurements do not count; F32 keeps them as they are.</source>
        <translation>解码后的权重会再次舍入到写出的类型，测量结果不含这一步；用 F32 可原样保留。</translation>
    </message>
    <message>
        <source>The file {} is missing.</source>
        <translation>缺少文件 {}。</translation>
    </message>
    <message>
        <source>The tensor {} is there a second time, packed.</source>
        <translation>张量 {} 另有一份打包的副本。</translation>
    </message>
    <message>
        <source>The tensor {} would be a part of two matrices.</source>
        <translation>张量 {} 将同属两个矩阵。</translation>
    </message>
    <message>
        <source>Zero points of int8 cannot be read.</source>
        <translation>无法读取 int8 的零点。</translation>
    </message>
    <message>
        <source>Its heads are not those of the original.</source>
        <translation>其注意力头与原模型不同。</translation>
    </message>
    <message>
        <source>vLLM joins q, k and v, and gate and up, and wants each of one type; {} differs from the others of its layer.</source>
        <translation>vLLM 会把 q、k、v 合为一个矩阵，gate 与 up 也合为一个，并要求各自类型一致；{} 与同层的其他部分不同。</translation>
    </message>
    <message>
        <source>The hash of {} is no hexadecimal number.</source>
        <translation>{} 的哈希值不是十六进制数。</translation>
    </message>
    <message>
        <source>{} is no name of a file in the folder.</source>
        <translation>{} 不是文件夹中某个文件的名字。</translation>
    </message>
    <message>
        <source>There is no tokenizer beside the model, and so none in the folder: programs load it, but need a tokenizer from elsewhere.</source>
        <translation>模型旁边没有分词器，因此导出的文件夹里也没有：程序可以加载它，但需要另外提供分词器。</translation>
    </message>
    <message>
        <source>The file {} was changed after the export.</source>
        <translation>文件 {} 在导出之后被修改过。</translation>
    </message>
    <message>
        <source>Tensor {} is missing.</source>
        <translation>缺少张量 {}。</translation>
    </message>
    <message>
        <source>The file {} is missing, and without it nobody knows what the tensors mean.</source>
        <translation>缺少文件 {}；没有它，就无从得知各张量的含义。</translation>
    </message>
    <message>
        <source>8-bit integers, one scale for each output channel, after outliers of the activations were moved into the weights. Weights only: smooth(0.5)/w8a8 stores activations in 8 bits too. Needs a calibration text.</source>
        <translation>8 位整数，每个输出通道一个缩放因子，先把激活值中的离群值移入权重。只量化权重：smooth(0.5)/w8a8 把激活值也存为 8 位。需要校准文本。</translation>
    </message>
    <message>
        <source>{} tensors are of the type that is asked for already: their codes are kept as they are, whatever fit the scheme names.</source>
        <translation>{} 个张量已经是所要求的类型：无论方案指定何种拟合方式，其编码都将原样保留。</translation>
    </message>
    <message>
        <source>The model&apos;s configuration rounds what its linears read; what is written does not say so, and is run with activations as they are.</source>
        <translation>模型配置规定对线性层读取的激活值进行舍入；写出的文件不记录这一点，运行时激活值保持原样。</translation>
    </message>
    <message>
        <source>Its codes cannot be kept: the plan scales its weights for other tensors.</source>
        <translation>无法保留其编码：方案为其他张量缩放了它的权重。</translation>
    </message>
    <message>
        <source>Its codes cannot be kept: its groups are not made of neighbouring columns (desc_act).</source>
        <translation>无法保留其编码：它的分组并非由相邻的列组成（desc_act）。</translation>
    </message>
    <message>
        <source>What linears read is rounded while the model runs, as its configuration says ({}).</source>
        <translation>按照模型配置的规定，运行时会对线性层读取的激活值进行舍入（{}）。</translation>
    </message>
    <message>
        <source>The model names how activations are rounded ({}) in a way that is not simulated here: there, they are run as they are.</source>
        <translation>模型指定的激活值舍入方式（{}）此处无法模拟：相应位置的激活值将按原样运行。</translation>
    </message>
    <message>
        <source>Linears that read the same activations as {} round them in another way: there, they are run as they are.</source>
        <translation>与 {} 读取相同激活值的线性层采用了另一种舍入方式：相应位置的激活值将按原样运行。</translation>
    </message>
    <message>
        <source>Activations are to be rounded ({}), but what {} needs for that is missing or no positive number (input_scale): there, they are run as they are.</source>
        <translation>激活值应当舍入（{}），但 {} 为此所需的数值（input_scale）缺失或不是正数：相应位置的激活值将按原样运行。</translation>
    </message>
    <message>
        <source>Loaded by transformers with {}; vLLM wants q, k and v, and gate and up, each of one type.</source>
        <translation>可由装有 {} 的 transformers 加载；vLLM 要求 q、k、v 类型一致，gate 与 up 类型一致。</translation>
    </message>
    <message>
        <source>{} quantized tensors are written as the floats that they stand for, as {}: the format has no place for their codes.</source>
        <translation>{} 个量化张量将以其所代表的浮点数（{}）写出：该格式无法存放它们的编码。</translation>
    </message>
    <message>
        <source>What some of the linears read is rounded while the model runs, as its configuration says ({}).</source>
        <translation>按照模型配置的规定，运行时会对部分线性层读取的激活值进行舍入（{}）。</translation>
    </message>
    <message>
        <source>“{}” is not a transform that exists here: awq, awq(module), smooth and smooth(0.5) are.</source>
        <translation>“{}” 不是这里已有的变换：可用的有 awq、awq(module)、smooth 和 smooth(0.5)。</translation>
    </message>
</context>
<context>
    <name>ql::gui::Actions</name>
    <message>
        <source>&amp;File</source>
        <translation>文件(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>编辑(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>视图(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Compare</source>
        <translation>对比(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>帮助(&amp;H)</translation>
    </message>
    <message>
        <source>Open &amp;Recent</source>
        <translation>最近打开(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Theme</source>
        <translation>主题(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Language</source>
        <translation>语言(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Open Model…</source>
        <translation>打开模型(&amp;O)…</translation>
    </message>
    <message>
        <source>Open a .safetensors or .gguf file (Ctrl+O)</source>
        <translation>打开 .safetensors 或 .gguf 文件（Ctrl+O）</translation>
    </message>
    <message>
        <source>Open &amp;Folder…</source>
        <translation>打开文件夹(&amp;F)…</translation>
    </message>
    <message>
        <source>Explore the &amp;Demo Model</source>
        <translation>体验演示模型(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Close Model</source>
        <translation>关闭模型(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Export…</source>
        <translation>导出(&amp;E)…</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>退出(&amp;Q)</translation>
    </message>
    <message>
        <source>&amp;Find Tensor</source>
        <translation>查找张量(&amp;F)</translation>
    </message>
    <message>
        <source>System</source>
        <comment>theme</comment>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>System</source>
        <comment>language</comment>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>Switch between English and Chinese</source>
        <translation>在中文和英文之间切换</translation>
    </message>
    <message>
        <source>Light or Dark</source>
        <translation>浅色或深色</translation>
    </message>
    <message>
        <source>Switch between the light and the dark theme</source>
        <translation>在浅色和深色主题之间切换</translation>
    </message>
    <message>
        <source>F&amp;ull Screen</source>
        <translation>全屏(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Reset Layout</source>
        <translation>恢复默认布局(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Run on the Whole Model</source>
        <translation>在整个模型上运行(&amp;R)</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>运行</translation>
    </message>
    <message>
        <source>Run all schemes that are switched on over the whole model (F5)</source>
        <translation>在整个模型上运行所有已启用的方案（F5）</translation>
    </message>
    <message>
        <source>&amp;Stop</source>
        <translation>停止(&amp;S)</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Stop what runs (Esc)</source>
        <translation>停止正在运行的任务（Esc）</translation>
    </message>
    <message>
        <source>&amp;Keyboard Shortcuts</source>
        <translation>键盘快捷键(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;About Quantloupe</source>
        <translation>关于 Quantloupe(&amp;A)</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>&amp;Model</source>
        <translation>模型(&amp;M)</translation>
    </message>
    <message>
        <source>&amp;Importance Matrix…</source>
        <translation>重要性矩阵(&amp;I)…</translation>
    </message>
    <message>
        <source>&amp;Work without the Importance Matrix</source>
        <translation>不使用重要性矩阵(&amp;W)</translation>
    </message>
    <message>
        <source>&amp;Calibrate…</source>
        <translation>校准(&amp;C)…</translation>
    </message>
    <message>
        <source>Calibrate</source>
        <translation>校准</translation>
    </message>
    <message>
        <source>Run the model over a text to learn what its matrices read (Ctrl+K)</source>
        <translation>让模型运行一段文本，了解各矩阵读入什么 (Ctrl+K)</translation>
    </message>
    <message>
        <source>&amp;Sizes</source>
        <translation>大小(&amp;S)</translation>
    </message>
    <message>
        <source>Write the model with one of the schemes, as GGUF or safetensors (Ctrl+E)</source>
        <translation>用其中一个方案把模型写成 GGUF 或 safetensors（Ctrl+E）</translation>
    </message>
</context>
<context>
    <name>ql::gui::ActivationsPage</name>
    <message>
        <source>Activations</source>
        <translation>激活</translation>
    </message>
    <message>
        <source>What a linear reads on a calibration text: distribution, channels, outliers</source>
        <translation>线性层在校准文本上读入的内容：分布、通道、离群值</translation>
    </message>
    <message>
        <source>This tensor is not a linear: it reads no activations. Choose a matrix of attention or of the MLP in the model tree.</source>
        <translation>该张量不是线性层，不读入激活值。请在模型树中选择注意力或 MLP 的矩阵。</translation>
    </message>
    <message>
        <source>Calibrating…</source>
        <translation>正在校准…</translation>
    </message>
    <message>
        <source>What this matrix reads is not known yet: run the model over a text to see it.</source>
        <translation>还不知道该矩阵读入什么：让模型运行一段文本即可看到。</translation>
    </message>
    <message>
        <source>The calibration does not know this tensor&apos;s input.</source>
        <translation>校准中没有该张量的输入。</translation>
    </message>
    <message>
        <source>Look at activations</source>
        <translation>查看激活值</translation>
    </message>
    <message>
        <source>largest |x|</source>
        <translation>最大 |x|</translation>
    </message>
    <message>
        <source>x &gt; 0</source>
        <translation>x &gt; 0</translation>
    </message>
    <message>
        <source>x &lt; 0</source>
        <translation>x &lt; 0</translation>
    </message>
    <message>
        <source>Histogram of the activations</source>
        <translation>激活值的直方图</translation>
    </message>
    <message>
        <source>%1 values with magnitudes up to %2, mean %3</source>
        <translation>%1 个值，幅值最大 %2，平均 %3</translation>
    </message>
    <message>
        <source>input channel</source>
        <translation>输入通道</translation>
    </message>
    <message>
        <source>%1, by rank</source>
        <translation>%1，按名次</translation>
    </message>
    <message>
        <source>Largest magnitude of every input channel</source>
        <translation>每个输入通道的最大幅值</translation>
    </message>
    <message>
        <source>Largest in channel %1: %2</source>
        <translation>最大值在通道 %1：%2</translation>
    </message>
    <message>
        <source>read by</source>
        <translation>读者</translation>
    </message>
    <message>
        <source>Linears that read this input: %1</source>
        <translation>读入该输入的线性层：%1</translation>
    </message>
    <message>
        <source>text</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>tokens</source>
        <translation>词元数</translation>
    </message>
    <message>
        <source>channels</source>
        <translation>通道数</translation>
    </message>
    <message>
        <source>mean |x|</source>
        <translation>平均 |x|</translation>
    </message>
    <message>
        <source>rms</source>
        <translation>均方根</translation>
    </message>
    <message>
        <source>Root of the mean square</source>
        <translation>平方平均数的平方根</translation>
    </message>
    <message>
        <source>max |x|</source>
        <translation>最大 |x|</translation>
    </message>
    <message>
        <source>at</source>
        <translation>位置</translation>
    </message>
    <message>
        <source>sample %1, token %2</source>
        <translation>样本 %1，词元 %2</translation>
    </message>
    <message>
        <source>The token with the largest magnitude, counted from 0</source>
        <translation>幅值最大的词元，从 0 数起</translation>
    </message>
    <message>
        <source>|x| ≥ 6</source>
        <translation>|x| ≥ 6</translation>
    </message>
    <message>
        <source>Share of the values; from this magnitude on LLM.int8() keeps 16 bits</source>
        <translation>占全部值的比例；LLM.int8() 对达到该幅值的部分保留 16 位</translation>
    </message>
    <message>
        <source>near zero</source>
        <translation>接近零</translation>
    </message>
    <message>
        <source>Share of the values whose magnitude is below 2⁻³², zeros among them</source>
        <translation>幅值低于 2⁻³² 的值（包括零）所占的比例</translation>
    </message>
    <message numerus="yes">
        <source>%n channel(s) reach six times the median channel&apos;s largest magnitude.</source>
        <translation>
            <numerusform>有 %n 个通道达到中位通道最大幅值的六倍。</numerusform>
        </translation>
    </message>
    <message>
        <source>No channel reaches six times the median channel&apos;s largest magnitude.</source>
        <translation>没有通道达到中位通道最大幅值的六倍。</translation>
    </message>
    <message>
        <source>Calibrate…</source>
        <translation>校准…</translation>
    </message>
    <message>
        <source>Run the model over a text</source>
        <translation>让模型运行一段文本</translation>
    </message>
    <message>
        <source>Distribution</source>
        <translation>分布</translation>
    </message>
    <message>
        <source>log counts</source>
        <translation>计数取对数</translation>
    </message>
    <message>
        <source>Counts on a logarithmic axis</source>
        <translation>计数用对数轴</translation>
    </message>
    <message>
        <source>magnitude |x|</source>
        <translation>幅值 |x|</translation>
    </message>
    <message>
        <source>values per bin</source>
        <translation>每格的值数</translation>
    </message>
    <message>
        <source>Distribution of the activations</source>
        <translation>激活值的分布</translation>
    </message>
    <message>
        <source>&lt;p&gt;How many values of the input have which magnitude, positive and negative ones apart, over all tokens of the calibration. The axis is logarithmic, eight bins an octave, so that the bulk and values a thousand times larger are seen together.&lt;/p&gt;&lt;p&gt;A format with one scale for many values must reach the largest and still tell the bulk apart: the farther the right end lies from the hump, the harder that is. With eight bits the grid has 127 steps, seven octaves, up to the largest value.&lt;/p&gt;</source>
        <translation>&lt;p&gt;在校准的全部词元上，输入中各种幅值的值各有多少，正负分开。横轴为对数，每个倍频程八格，因此主体与大上千倍的值可以一起看到。&lt;/p&gt;&lt;p&gt;多个值共用一个缩放因子的格式，既要够到最大的值，又要分得清主体：右端离主峰越远就越难。八位的网格到最大值共有 127 级，即七个倍频程。&lt;/p&gt;</translation>
    </message>
    <message>
        <source>Channels</source>
        <translation>通道</translation>
    </message>
    <message>
        <source>by index</source>
        <translation>按编号</translation>
    </message>
    <message>
        <source>sorted</source>
        <translation>排序</translation>
    </message>
    <message>
        <source>Order of the channels</source>
        <translation>通道的次序</translation>
    </message>
    <message>
        <source>In the order of the matrix, or from the largest down</source>
        <translation>按矩阵中的次序，或从大到小</translation>
    </message>
    <message>
        <source>&lt;p&gt;The largest |x| of every input channel, over all tokens. Weights that meet a large channel matter more: an error in them is multiplied by it. AWQ scales such channels up before rounding, SmoothQuant moves their size into the weights.&lt;/p&gt;&lt;p&gt;A click marks a channel in all views.&lt;/p&gt;</source>
        <translation>&lt;p&gt;每个输入通道在全部词元上的最大 |x|。与大通道相乘的权重更重要：其中的误差会被它放大。AWQ 在舍入之前放大这些通道的权重，SmoothQuant 则把它们的幅度移到权重中。&lt;/p&gt;&lt;p&gt;单击可在所有视图中标出一个通道。&lt;/p&gt;</translation>
    </message>
    <message>
        <source>Statistics</source>
        <translation>统计</translation>
    </message>
    <message>
        <source>Statistics of the input</source>
        <translation>输入的统计</translation>
    </message>
    <message>
        <source>&lt;p&gt;Of all tokens of the calibration, measured on the original model. Linears that read the same tensor share them.&lt;/p&gt;</source>
        <translation>&lt;p&gt;基于校准的全部词元，在原始模型上测得。读入同一张量的线性层共用这些统计。&lt;/p&gt;</translation>
    </message>
    <message>
        <source>Outlier channels</source>
        <translation>离群通道</translation>
    </message>
    <message>
        <source>&lt;p&gt;Transformers have a few channels that are far larger than all others, in the same places for nearly every token. LLM.int8() (Dettmers et al. 2022) calls a value an outlier from |x| = 6 on; that number fits models whose usual activations are about 1. Here a channel is an outlier if its largest magnitude is six times the median channel&apos;s; the last column gives the share of tokens by the paper&apos;s rule.&lt;/p&gt;</source>
        <translation>&lt;p&gt;Transformer 有少数通道远大于其他通道，而且几乎对每个词元都在相同的位置。LLM.int8()（Dettmers 等，2022）把 |x| 达到 6 的值称为离群值；这个数适合激活值通常在 1 左右的模型。这里，若一个通道的最大幅值达到中位通道的六倍，就算离群通道；最后一列按论文的规则给出词元的比例。&lt;/p&gt;</translation>
    </message>
</context>
<context>
    <name>ql::gui::AwqView</name>
    <message>
        <source>s = mean|x|^α</source>
        <translation>s = mean|x|^α</translation>
    </message>
    <message>
        <source>s = mean|x|^α / mean|w|^(1−α)</source>
        <translation>s = mean|x|^α / mean|w|^(1−α)</translation>
    </message>
    <message>
        <source>identity</source>
        <translation>不缩放</translation>
    </message>
    <message>
        <source>chosen</source>
        <translation>选中</translation>
    </message>
    <message>
        <source>Loss of AWQ&apos;s candidates</source>
        <translation>AWQ 各候选的损失</translation>
    </message>
    <message>
        <source>Least at α = %1: %2; without scales: %3</source>
        <translation>在 α = %1 处最小：%2；不缩放时：%3</translation>
    </message>
    <message>
        <source>chosen: α = %1, weights count too</source>
        <translation>选中：α = %1，同时考虑权重</translation>
    </message>
    <message>
        <source>chosen: α = %1</source>
        <translation>选中：α = %1</translation>
    </message>
    <message>
        <source>loss %1, without scales %2 (%3 less)</source>
        <translation>损失 %1，不缩放时为 %2（降低 %3）</translation>
    </message>
    <message numerus="yes">
        <source>on %n sampled token(s)</source>
        <translation>
            <numerusform>基于 %n 个采样词元</numerusform>
        </translation>
    </message>
    <message>
        <source>on all tokens</source>
        <translation>基于全部词元</translation>
    </message>
    <message>
        <source>Loss over α</source>
        <translation>损失随 α 的变化</translation>
    </message>
    <message>
        <source>α: how far scales follow the activations</source>
        <translation>α：缩放因子跟随激活值的程度</translation>
    </message>
    <message>
        <source>loss of outputs</source>
        <translation>输出的损失</translation>
    </message>
    <message>
        <source>AWQ&apos;s search</source>
        <translation>AWQ 的搜索</translation>
    </message>
    <message>
        <source>measured at the output of the whole attention</source>
        <translation>按整个注意力模块的输出衡量</translation>
    </message>
    <message>
        <source>measured at the output of the whole MLP</source>
        <translation>按整个 MLP 的输出衡量</translation>
    </message>
    <message>
        <source>a preview, measured at the outputs of the linears alone</source>
        <translation>预览，仅按线性层的输出衡量</translation>
    </message>
    <message>
        <source>measured at the outputs of the linears</source>
        <translation>按线性层的输出衡量</translation>
    </message>
    <message>
        <source>&lt;p&gt;AWQ multiplies columns of weights that meet large activations by s before they are rounded, and divides what they read by s. Larger weights lose relatively less, but they also widen the range that their group has to share: so the best α lies somewhere in between, and is searched for.&lt;/p&gt;&lt;p&gt;Each point is a set of scales that was really tried: the weights of all linears that read this input were rounded on their own grids, and the loss is the sum of their outputs&apos; relative squared errors, or with awq(module) the relative squared error of what the attention or MLP behind them makes of them. The search goes in steps of 0.05, then of 0.01 around the best. The second curve lets the weights&apos; own sizes count. The grey line is what rounding costs without scales; the ring marks what is used.&lt;/p&gt;&lt;p&gt;Until the scheme has been compared on the whole model, the candidates are measured on what the calibration kept.&lt;/p&gt;</source>
        <translation>&lt;p&gt;AWQ 在舍入之前把遇到大激活值的权重列乘以 s，并把它们读入的值除以 s。较大的权重相对损失较小，但也会撑大同组权重共用的范围，因此最佳的 α 介于两端之间，需要搜索。&lt;/p&gt;&lt;p&gt;每个点都是真正试过的一组缩放因子：读取这一输入的所有线性层的权重都在各自的网格上舍入，损失是它们输出的相对平方误差之和；用 awq(module) 时，则是其后的注意力模块或 MLP 由此得到的输出的相对平方误差。搜索先以 0.05 为步长，再在最佳点附近以 0.01 为步长。第二条曲线同时考虑权重本身的大小。灰线是不缩放时舍入的代价，圆环标出采用的候选。&lt;/p&gt;&lt;p&gt;在整个模型上比较该方案之前，候选是在校准所保留的数据上测量的。&lt;/p&gt;</translation>
    </message>
</context>
<context>
    <name>ql::gui::BlockBits</name>
    <message>
        <source>byte %1 (0x%2), bit %3: %4</source>
        <extracomment>%2 is the byte as two hexadecimal digits, %4 what the bit belongs to</extracomment>
        <translation>字节 %1（0x%2），位 %3：%4</translation>
    </message>
    <message>
        <source>Bits of the block</source>
        <translation>块的各位</translation>
    </message>
</context>
<context>
    <name>ql::gui::BlockPanel</name>
    <message>
        <source>Look into a block</source>
        <translation>查看一个块</translation>
    </message>
    <message>
        <source>Block inspector</source>
        <translation>块检查器</translation>
    </message>
    <message>
        <source>Choose a weight to look into its block.</source>
        <translation>选择一个权重，查看它所在的块。</translation>
    </message>
    <message>
        <source>%1: block of row %2, columns %3–%4</source>
        <extracomment>%1 is a scheme; a block of values in a row of the matrix</extracomment>
        <translation>%1：第 %2 行、第 %3–%4 列的块</translation>
    </message>
    <message>
        <source>RMS error of this block: %1, textbook %2.</source>
        <extracomment>root mean squared error of the weights of a block</extracomment>
        <translation>此块的均方根误差：%1，教科书做法 %2。</translation>
    </message>
    <message>
        <source>Textbook:</source>
        <translation>教科书：</translation>
    </message>
    <message>
        <source>Weight %1</source>
        <translation>权重 %1</translation>
    </message>
    <message>
        <source>Change this weight: the block is encoded again, and the bits that differ are framed. The model is not changed.</source>
        <translation>改动这个权重：块会重新编码，不同的位加上边框。模型本身不变。</translation>
    </message>
    <message>
        <source>Original weight</source>
        <translation>原始权重</translation>
    </message>
    <message>
        <source>Take the weights of the model again</source>
        <translation>重新采用模型的权重</translation>
    </message>
    <message>
        <source>Reset the weights</source>
        <translation>重置权重</translation>
    </message>
    <message>
        <source>Close the block inspector</source>
        <translation>关闭块检查器</translation>
    </message>
    <message>
        <source>How the format works</source>
        <translation>格式的原理</translation>
    </message>
    <message>
        <source>The block inspector</source>
        <translation>块检查器</translation>
    </message>
    <message>
        <source>&lt;p&gt;The bytes of one stored block, bit by bit, exactly as they stand in an exported file; the number at the left is that of the first byte in the row. Colours say what a bit is for.&lt;/p&gt;&lt;p&gt;Choose a value in the table (or a weight in the map) to see the bits that make it, or a bit to see what it belongs to. Change the weight and watch: a new largest weight changes the scale, and with it every code of the block.&lt;/p&gt;&lt;p&gt;The last column shows what the simplified quantizer of textbooks would make of the same weights, with scales that are not rounded.&lt;/p&gt;</source>
        <translation>&lt;p&gt;一个存储块的字节，逐位显示，与导出文件中完全一致；左侧的数字是该行第一个字节的序号。颜色说明每一位的用途。&lt;/p&gt;&lt;p&gt;在表中选一个值（或在图中选一个权重），可以看到构成它的各位；选一位，可以看到它属于谁。改动权重并观察：新的最大权重会改变缩放因子，从而改变块中的每个编码。&lt;/p&gt;&lt;p&gt;最后一列是教科书中的简化量化器对同样的权重给出的结果，其缩放因子不舍入。&lt;/p&gt;</translation>
    </message>
</context>
<context>
    <name>ql::gui::BlockTable</name>
    <message>
        <source>Number of the value in the block</source>
        <translation>值在块中的序号</translation>
    </message>
    <message>
        <source>The original weight</source>
        <translation>原始权重</translation>
    </message>
    <message>
        <source>The code: the integer that is stored</source>
        <translation>编码：存储的整数</translation>
    </message>
    <message>
        <source>bits</source>
        <translation>位</translation>
    </message>
    <message>
        <source>The code in binary</source>
        <translation>编码的二进制形式</translation>
    </message>
    <message>
        <source>level</source>
        <translation>档位</translation>
    </message>
    <message>
        <source>The number that the code stands for, before it is scaled</source>
        <translation>编码代表的数，缩放之前</translation>
    </message>
    <message>
        <source>scale</source>
        <translation>缩放因子</translation>
    </message>
    <message>
        <source>What the level is multiplied by</source>
        <translation>档位所乘的数</translation>
    </message>
    <message>
        <source>offset</source>
        <translation>偏移</translation>
    </message>
    <message>
        <source>What is added: the minimum</source>
        <translation>所加的数：最小值</translation>
    </message>
    <message>
        <source>The decoded weight</source>
        <translation>解码后的权重</translation>
    </message>
    <message>
        <source>The error</source>
        <translation>误差</translation>
    </message>
    <message>
        <source>textbook</source>
        <translation>教科书</translation>
    </message>
    <message>
        <source>What the simplified quantizer of textbooks makes of the weight</source>
        <translation>教科书中的简化量化器对该权重给出的结果</translation>
    </message>
</context>
<context>
    <name>ql::gui::BlockText</name>
    <message>
        <source>scale of the block, %1 (bits %2)</source>
        <extracomment>%1 is the meaning of the bits %2</extracomment>
        <translation>块的缩放因子，%1（位 %2）</translation>
    </message>
    <message>
        <source>minimum of the block, %1 (bits %2)</source>
        <translation>块的最小值，%1（位 %2）</translation>
    </message>
    <message>
        <source>scale of the values %1–%2, %3 (bits %4)</source>
        <translation>值 %1–%2 的缩放因子，%3（位 %4）</translation>
    </message>
    <message>
        <source>minimum of the values %1–%2, %3 (bits %4)</source>
        <translation>值 %1–%2 的最小值，%3（位 %4）</translation>
    </message>
    <message>
        <source>code of value %1 (bits %2)</source>
        <translation>值 %1 的编码（位 %2）</translation>
    </message>
    <message>
        <source>high bits of the code of value %1 (bits %2)</source>
        <translation>值 %1 的编码高位（位 %2）</translation>
    </message>
    <message>
        <source>the codes of values %1 as digits of base 3, together (bits %2)</source>
        <extracomment>a byte of TQ1_0; %1 is a list of numbers</extracomment>
        <translation>值 %1 的编码合成的三进制数位（位 %2）</translation>
    </message>
    <message>
        <source>The fit of this scheme looks at the importance of columns: a changed weight is not encoded again here.</source>
        <translation>此方案的拟合要看各列的重要性：这里不会重新编码改动后的权重。</translation>
    </message>
    <message>
        <source>%1 stores each weight by itself: there is no block to look into.</source>
        <translation>%1 逐个存储权重：没有块可看。</translation>
    </message>
    <message>
        <source>%1 is worked out in float and stored by no format: it has no bits to show.</source>
        <translation>%1 以浮点计算，没有任何格式存储它：没有可显示的位。</translation>
    </message>
    <message>
        <source>%1 is a plain integer grid, not a block format: codes and the parameters of the groups are stored apart. Here: %2.</source>
        <extracomment>%2: the parameters of the group, in words</extracomment>
        <translation>%1 是普通整数网格，不是块格式：编码与各组的参数分开存储。此处：%2。</translation>
    </message>
    <message>
        <source>%1 stores a byte for each weight, and the scales apart from them: there is no block to look into. Here: %2.</source>
        <extracomment>%2: the code of the weight and its scale, in words</extracomment>
        <translation>%1 为每个权重存一个字节，缩放因子另外存放：没有可以查看的块。此处：%2。</translation>
    </message>
    <message>
        <source>GPTQ rounds a block with what the columns before have left to it: a changed weight is not encoded again here.</source>
        <translation>GPTQ 舍入一个块时带着前面各列留给它的误差：改动的权重在此不会重新编码。</translation>
    </message>
</context>
<context>
    <name>ql::gui::BlockView</name>
    <message>
        <source>changed</source>
        <translation>已改变</translation>
    </message>
    <message>
        <source>Values of the block</source>
        <translation>块中的值</translation>
    </message>
    <message>
        <source>What the colours of the bits mean</source>
        <translation>各位颜色的含义</translation>
    </message>
    <message>
        <source>The chosen value or bit</source>
        <translation>所选的值或位</translation>
    </message>
</context>
<context>
    <name>ql::gui::CalibrateDialog</name>
    <message>
        <source>Choose a Text</source>
        <translation>选择文本</translation>
    </message>
    <message>
        <source>Texts (*.txt *.md *.raw *.jsonl *.ndjson);;All files (*)</source>
        <translation>文本 (*.txt *.md *.raw *.jsonl *.ndjson);;所有文件 (*)</translation>
    </message>
    <message>
        <source>Choose a text file.</source>
        <translation>请选择一个文本文件。</translation>
    </message>
    <message>
        <source>Reading the text…</source>
        <translation>正在读取文本…</translation>
    </message>
    <message>
        <source>Plan the calibration</source>
        <translation>规划校准</translation>
    </message>
    <message>
        <source>The text has %1 tokens, fewer than one sample: choose a longer text or shorter samples.</source>
        <translation>文本只有 %1 个词元，不够一个样本：请选择更长的文本或更短的样本。</translation>
    </message>
    <message>
        <source>The text has %1 tokens; %2 of them are run: %3 × %4.</source>
        <translation>文本有 %1 个词元，将运行其中 %2 个：%3 × %4。</translation>
    </message>
    <message>
        <source>That is all that the text gives: nothing is repeated.</source>
        <translation>文本只有这么多：不会重复使用。</translation>
    </message>
    <message>
        <source>It would take about %1 of memory, more than the limit of %2: take fewer or shorter samples.</source>
        <translation>约需 %1 内存，超过 %2 的上限：请减少或缩短样本。</translation>
    </message>
    <message>
        <source>It takes about %1 of memory.</source>
        <translation>约需 %1 内存。</translation>
    </message>
    <message>
        <source>Open a Calibration</source>
        <translation>打开校准</translation>
    </message>
    <message>
        <source>Calibrations (*.qlcal);;All files (*)</source>
        <translation>校准 (*.qlcal);;所有文件 (*)</translation>
    </message>
    <message>
        <source>Save the Calibration</source>
        <translation>保存校准</translation>
    </message>
    <message>
        <source>Calibrations (*.qlcal)</source>
        <translation>校准 (*.qlcal)</translation>
    </message>
    <message>
        <source>Export an Importance Matrix</source>
        <translation>导出重要性矩阵</translation>
    </message>
    <message>
        <source>Importance matrices (*.gguf *.dat)</source>
        <translation>重要性矩阵 (*.gguf *.dat)</translation>
    </message>
    <message>
        <source>Save %1</source>
        <translation>保存 %1</translation>
    </message>
    <message>
        <source>%1 was written.</source>
        <translation>已写入 %1。</translation>
    </message>
    <message>
        <source>Made on %1: %2 × %3 tokens.</source>
        <translation>文本：%1，%2 × %3 个词元。</translation>
    </message>
    <message>
        <source>This model has none yet.</source>
        <translation>该模型还没有校准。</translation>
    </message>
    <message>
        <source>Calibrate</source>
        <translation>校准</translation>
    </message>
    <message>
        <source>Text:</source>
        <translation>文本：</translation>
    </message>
    <message>
        <source>English, Chinese and code (comes with the program)</source>
        <translation>英文、中文和代码（随程序提供）</translation>
    </message>
    <message>
        <source>A file:</source>
        <translation>文件：</translation>
    </message>
    <message>
        <source>Text file</source>
        <translation>文本文件</translation>
    </message>
    <message>
        <source>A text in UTF-8, or JSONL with a &quot;text&quot; in every line; it can also be dropped here</source>
        <translation>UTF-8 文本，或每行有 &quot;text&quot; 的 JSONL；也可以拖放到这里</translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation>浏览…</translation>
    </message>
    <message>
        <source>Samples:</source>
        <translation>样本数：</translation>
    </message>
    <message>
        <source>How many pieces of the text are run, spread evenly over it. More give steadier statistics and take longer</source>
        <translation>运行文本中的多少段，均匀分布在全文。越多统计越稳定，用时也越长</translation>
    </message>
    <message>
        <source>Tokens in a sample:</source>
        <translation>每个样本的词元数：</translation>
    </message>
    <message>
        <source>Each sample is run alone; at most as many as the model can take</source>
        <translation>每个样本单独运行；最多为模型能接受的长度</translation>
    </message>
    <message>
        <source>Use as the importance matrix</source>
        <translation>用作重要性矩阵</translation>
    </message>
    <message>
        <source>Schemes with +imatrix then weight errors by these activations; the results of all schemes are computed anew</source>
        <translation>带 +imatrix 的方案将用这些激活值给误差加权；所有方案的结果会重新计算</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Calibration of this model</source>
        <translation>该模型的校准</translation>
    </message>
    <message>
        <source>Open…</source>
        <translation>打开…</translation>
    </message>
    <message>
        <source>Open a calibration that was saved</source>
        <translation>打开已保存的校准</translation>
    </message>
    <message>
        <source>Save…</source>
        <translation>保存…</translation>
    </message>
    <message>
        <source>Save all statistics, to be opened again with this model</source>
        <translation>保存全部统计，以后可与该模型一起打开</translation>
    </message>
    <message>
        <source>Export Importance Matrix…</source>
        <translation>导出重要性矩阵…</translation>
    </message>
    <message>
        <source>Write an imatrix file for llama.cpp</source>
        <translation>写出供 llama.cpp 使用的 imatrix 文件</translation>
    </message>
    <message>
        <source>The Gram matrices take %1 besides, %2 of it on the disk.</source>
        <translation>Gram 矩阵另需 %1，其中 %2 在磁盘上。</translation>
    </message>
    <message>
        <source>Keep Gram matrices, for GPTQ on single tensors</source>
        <translation>保留 Gram 矩阵，用于在单个张量上运行 GPTQ</translation>
    </message>
    <message>
        <source>What GPTQ needs of a linear&apos;s inputs, so that a change of a scheme shows on the tensor in view at once. Comparisons and exports make their own</source>
        <translation>GPTQ 所需的线性层输入信息；有了它，更改方案后当前张量立即更新。比较和导出会自行计算</translation>
    </message>
</context>
<context>
    <name>ql::gui::CalibrationTexts</name>
    <message>
        <source>built-in text</source>
        <translation>内置文本</translation>
    </message>
</context>
<context>
    <name>ql::gui::CellReader</name>
    <message>
        <source>Read row %1</source>
        <translation>读取第 %1 行</translation>
    </message>
</context>
<context>
    <name>ql::gui::CellText</name>
    <message>
        <source>w %1 · ŵ %2 · error %3</source>
        <extracomment>%1 is the original weight, %2 the decoded one, %3 their difference</extracomment>
        <translation>w %1 · ŵ %2 · 误差 %3</translation>
    </message>
    <message>
        <source>stored by itself, without a block</source>
        <translation>单独存储，没有块</translation>
    </message>
    <message>
        <source>block of columns %1–%2</source>
        <extracomment>columns of a matrix that share one scale</extracomment>
        <translation>块：第 %1–%2 列</translation>
    </message>
    <message>
        <source>scale %1</source>
        <translation>缩放因子 %1</translation>
    </message>
    <message>
        <source>zero point %1</source>
        <extracomment>the code that stands for the value 0</extracomment>
        <translation>零点 %1</translation>
    </message>
    <message>
        <source>offset %1</source>
        <translation>偏移 %1</translation>
    </message>
    <message>
        <source>code %1 of %2…%3</source>
        <extracomment>%1 is the stored integer, %2 and %3 the smallest and largest possible one</extracomment>
        <translation>编码 %1（%2…%3）</translation>
    </message>
    <message>
        <source>level %1</source>
        <extracomment>the number that a code stands for, from a table of the format</extracomment>
        <translation>档位 %1</translation>
    </message>
</context>
<context>
    <name>ql::gui::ChannelTable</name>
    <message>
        <source>Input channel: a column of the matrix</source>
        <translation>输入通道：矩阵的一列</translation>
    </message>
    <message>
        <source>Its largest magnitude over all tokens</source>
        <translation>它在全部词元上的最大幅值</translation>
    </message>
    <message>
        <source>How many times the median channel&apos;s largest magnitude; bold from %1 on</source>
        <translation>是中位通道最大幅值的多少倍；从 %1 倍起用粗体</translation>
    </message>
    <message>
        <source>Share of the tokens where its magnitude is %1 or more</source>
        <translation>其幅值达到 %1 的词元所占的比例</translation>
    </message>
    <message>
        <source>channel</source>
        <translation>通道</translation>
    </message>
    <message>
        <source>max</source>
        <comment>magnitude</comment>
        <translation>最大</translation>
    </message>
    <message>
        <source>ratio</source>
        <extracomment>to the median channel</extracomment>
        <translation>倍数</translation>
    </message>
    <message>
        <source>≥ 6</source>
        <extracomment>share of tokens with |x| of at least 6</extracomment>
        <translation>≥ 6</translation>
    </message>
</context>
<context>
    <name>ql::gui::CloseGuard</name>
    <message>
        <source>Quit Quantloupe</source>
        <translation>退出 Quantloupe</translation>
    </message>
    <message>
        <source>Something is still running. Stop it and quit?</source>
        <translation>还有任务在运行。要停止它并退出吗？</translation>
    </message>
    <message>
        <source>Stop and Quit</source>
        <translation>停止并退出</translation>
    </message>
    <message>
        <source>Keep Running</source>
        <translation>继续运行</translation>
    </message>
</context>
<context>
    <name>ql::gui::ColorScale</name>
    <message>
        <source>Colour scale</source>
        <translation>色标</translation>
    </message>
    <message>
        <source>Colours from %1 to %2 %3 %4</source>
        <extracomment>%1 and %2 are numbers, %3 is a unit or nothing, %4 says how the limits were chosen</extracomment>
        <translation>颜色从 %1 到 %2 %3 %4</translation>
    </message>
</context>
<context>
    <name>ql::gui::CompareColumn</name>
    <message>
        <source>Error map of %1</source>
        <comment>a scheme</comment>
        <translation>%1 的误差图</translation>
    </message>
    <message>
        <source>Histogram of %1</source>
        <comment>a scheme</comment>
        <translation>%1 的直方图</translation>
    </message>
    <message>
        <source>Distribution of the decoded values over that of the original ones.</source>
        <translation>解码值的分布，叠加在原始值的分布之上。</translation>
    </message>
    <message>
        <source>This could not be computed. %1</source>
        <translation>无法计算。%1</translation>
    </message>
    <message>
        <source>computing…</source>
        <translation>计算中…</translation>
    </message>
    <message>
        <source>Computing…</source>
        <translation>计算中…</translation>
    </message>
    <message>
        <source>original</source>
        <translation>原始</translation>
    </message>
    <message>
        <source>SQNR</source>
        <translation>SQNR</translation>
    </message>
    <message>
        <source>Signal to quantization noise on this tensor; more is better</source>
        <translation>此张量上的信号与量化噪声之比，越大越好</translation>
    </message>
    <message>
        <source>weight RMSE</source>
        <translation>权重 RMSE</translation>
    </message>
    <message>
        <source>Root of the mean squared difference between decoded and original weights</source>
        <translation>解码权重与原始权重之差的均方根</translation>
    </message>
    <message>
        <source>max error</source>
        <translation>最大误差</translation>
    </message>
    <message>
        <source>Largest difference between a decoded and its original weight</source>
        <translation>解码权重与原始权重之差的最大值</translation>
    </message>
    <message>
        <source>Bits stored for each weight of this tensor, scales and zero points included</source>
        <translation>此张量每个权重存储的位数，含缩放因子和零点</translation>
    </message>
    <message>
        <source>bits/weight</source>
        <translation>位/权重</translation>
    </message>
    <message>
        <source>Metrics of %1</source>
        <comment>a scheme</comment>
        <translation>%1 的指标</translation>
    </message>
    <message>
        <source>Not applied to this tensor. %1</source>
        <translation>未应用于此张量。%1</translation>
    </message>
    <message>
        <source>weighted RMSE</source>
        <translation>加权 RMSE</translation>
    </message>
    <message>
        <source>The same with squared errors weighted by the importance of their columns</source>
        <translation>同上，但平方误差按所在列的重要性加权</translation>
    </message>
    <message>
        <source>output error</source>
        <translation>输出误差</translation>
    </message>
    <message>
        <source>‖XΔWᵀ‖ / ‖XWᵀ‖: how far this linear&apos;s outputs move on the measured text, X being what it reads in the original model</source>
        <translation>‖XΔWᵀ‖ / ‖XWᵀ‖：这一线性层的输出在测量文本上偏移多少（X 为它在原模型中的输入）</translation>
    </message>
</context>
<context>
    <name>ql::gui::ComparePage</name>
    <message>
        <source>Compare</source>
        <translation>对比</translation>
    </message>
    <message>
        <source>All enabled schemes side by side, on the whole model and on one tensor</source>
        <translation>所有已启用的方案并排对比：整个模型，以及单个张量</translation>
    </message>
    <message>
        <source>Switch on a scheme in the list of schemes to see it here.</source>
        <translation>在方案列表中启用一个方案，即可在此查看。</translation>
    </message>
    <message>
        <source>(locked; click to free the limits)</source>
        <translation>（已锁定；单击解除）</translation>
    </message>
    <message>
        <source>(%1; click to lock the limits)</source>
        <translation>（%1；单击锁定范围）</translation>
    </message>
    <message>
        <source>%1: %2 (error %3)</source>
        <extracomment>a scheme, the decoded weight, its error</extracomment>
        <translation>%1：%2（误差 %3）</translation>
    </message>
    <message>
        <source>w %1</source>
        <translation>w %1</translation>
    </message>
    <message>
        <source>row %1, column %2</source>
        <translation>第 %1 行，第 %2 列</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <comment>a map and how it is drawn</comment>
        <translation>%1：%2</translation>
    </message>
    <message>
        <source>Map</source>
        <translation>图</translation>
    </message>
    <message>
        <source>What the maps show of each weight</source>
        <translation>图中显示每个权重的什么</translation>
    </message>
    <message>
        <source>Limits of the colours</source>
        <translation>颜色范围</translation>
    </message>
    <message>
        <source>Where the colour scale ends; the widest of all columns counts</source>
        <translation>色标的终点；以各列中最宽的为准</translation>
    </message>
    <message>
        <source>log counts</source>
        <translation>计数取对数</translation>
    </message>
    <message>
        <source>Counts of the histograms on a logarithmic axis</source>
        <translation>直方图的计数用对数轴</translation>
    </message>
    <message>
        <source>log colours</source>
        <translation>颜色取对数</translation>
    </message>
    <message>
        <source>Colours follow the logarithm of the values</source>
        <translation>颜色按数值的对数变化</translation>
    </message>
    <message>
        <source>Weight under the pointer</source>
        <translation>指针处的权重</translation>
    </message>
    <message>
        <source>Comparing schemes</source>
        <translation>对比各方案</translation>
    </message>
    <message>
        <source>&lt;p&gt;Each column applies one scheme to this tensor. The histogram shows the decoded values over the original ones (grey). The map shows every weight of the matrix: rows are output channels, columns are input channels.&lt;/p&gt;&lt;p&gt;All maps share one colour scale, so equal colours mean equal errors. When a pixel covers several weights it shows the largest of them: no outlier is lost.&lt;/p&gt;&lt;p&gt;All numbers are measured on the decoded bytes. A smaller weight error does not always mean a better model.&lt;/p&gt;</source>
        <translation>&lt;p&gt;每一列把一个方案用于此张量。直方图显示解码值，叠加在原始值（灰色）之上。下方的图显示矩阵的每个权重：行是输出通道，列是输入通道。&lt;/p&gt;&lt;p&gt;所有图共用一个色标，颜色相同就是误差相同。一个像素覆盖多个权重时，显示其中最大的：不会漏掉离群值。&lt;/p&gt;&lt;p&gt;所有数字都在解码后的字节上测得。权重误差更小，并不总意味着模型更好。&lt;/p&gt;</translation>
    </message>
    <message>
        <source>One colour scale for all maps, and one view: wheel zooms, drag pans, double click fits.</source>
        <translation>所有图共用一个色标和一个视图：滚轮缩放，拖动平移，双击显示全部。</translation>
    </message>
    <message>
        <source>a trial: a model run keeps it as it is</source>
        <translation>仅作试验：整个模型运行时保持原样</translation>
    </message>
    <message>
        <source>On the whole model this scheme leaves this tensor in its stored type.</source>
        <translation>在整个模型上，此方案让此张量保持其存储类型。</translation>
    </message>
    <message>
        <source>Keep these limits when the schemes or the tensor change</source>
        <translation>方案或张量变化时保持这一范围</translation>
    </message>
    <message>
        <source>Lock the limits</source>
        <translation>锁定范围</translation>
    </message>
</context>
<context>
    <name>ql::gui::ComparisonModel</name>
    <message>
        <source>%1 (as stored)</source>
        <translation>%1（原样）</translation>
    </message>
    <message>
        <source>as stored</source>
        <translation>原样</translation>
    </message>
    <message>
        <source>best of all</source>
        <translation>其中最好</translation>
    </message>
    <message>
        <source>The original has no error.</source>
        <translation>原始模型没有误差。</translation>
    </message>
    <message>
        <source>Not measured yet: run the comparison on the whole model.</source>
        <translation>尚未测量：请在整个模型上运行对比。</translation>
    </message>
    <message>
        <source>whole model</source>
        <translation>整个模型</translation>
    </message>
    <message>
        <source>size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>RMSE</source>
        <translation>RMSE</translation>
    </message>
    <message>
        <source>SQNR</source>
        <translation>SQNR</translation>
    </message>
    <message>
        <source>max error</source>
        <translation>最大误差</translation>
    </message>
    <message>
        <source>1 − cosine</source>
        <translation>1 − 余弦</translation>
    </message>
    <message>
        <source>time</source>
        <translation>用时</translation>
    </message>
    <message>
        <source>fallback</source>
        <extracomment>tensors that could not take what was chosen for them</extracomment>
        <translation>回退</translation>
    </message>
    <message>
        <source>All tensors, kept ones included, without file headers</source>
        <translation>所有张量之和，含保留的张量，不含文件头</translation>
    </message>
    <message>
        <source>Bits stored for each weight that the scheme covers, scales and zero points included</source>
        <translation>方案所覆盖的每个权重存储的位数，含缩放因子和零点</translation>
    </message>
    <message>
        <source>Root of the mean squared difference between decoded and original weights</source>
        <translation>解码权重与原始权重之差的均方根</translation>
    </message>
    <message>
        <source>Signal to quantization noise: sum of squared weights over sum of squared errors, in decibels. More is better</source>
        <translation>信号与量化噪声之比：权重平方和除以误差平方和，以分贝计。越大越好</translation>
    </message>
    <message>
        <source>Largest difference between a decoded and its original weight</source>
        <translation>解码权重与原始权重之差的最大值</translation>
    </message>
    <message>
        <source>1 − cosine of the angle between decoded and original weights: 0 is the same direction</source>
        <translation>1 减去解码权重与原始权重夹角的余弦：0 表示方向相同</translation>
    </message>
    <message>
        <source>Encoding alone, summed over threads</source>
        <translation>仅编码的时间，各线程之和</translation>
    </message>
    <message>
        <source>weighted</source>
        <extracomment>RMSE weighted by importance; keep it short</extracomment>
        <translation>加权</translation>
    </message>
    <message>
        <source>RMSE with squared errors weighted by the importance of their columns, over the tensors that the importance matrix knows</source>
        <translation>平方误差按所在列的重要性加权的 RMSE，只计重要性矩阵包含的张量</translation>
    </message>
    <message>
        <source>Tensors that get something else than was chosen for them: a replacement, or their stored type</source>
        <translation>得到的与所选不同的张量：换用了替代类型，或保持存储类型</translation>
    </message>
    <message>
        <source>bpw</source>
        <extracomment>bits per weight, the usual abbreviation</extracomment>
        <translation>bpw</translation>
    </message>
    <message>
        <source>output error</source>
        <translation>输出误差</translation>
    </message>
    <message>
        <source>‖XΔWᵀ‖ / ‖XWᵀ‖ of each linear on the text, X being what it reads in the original model; the mean over all linears</source>
        <translation>各线性层在文本上的 ‖XΔWᵀ‖ / ‖XWᵀ‖（X 为它在原模型中的输入），对所有线性层取平均</translation>
    </message>
    <message>
        <source>perplexity</source>
        <translation>困惑度</translation>
    </message>
    <message>
        <source>e to the mean negative log-likelihood of the text&apos;s tokens, with its standard error: among how many tokens the model is undecided. Less is better</source>
        <translation>文本词元平均负对数似然的 e 指数，附标准误差：相当于模型在多少个词元之间举棋不定。越小越好</translation>
    </message>
    <message>
        <source>KL mean</source>
        <extracomment>the Kullback-Leibler divergence, its mean</extracomment>
        <translation>平均 KL</translation>
    </message>
    <message>
        <source>Kullback–Leibler divergence of the predictions from the original&apos;s, mean over the text&apos;s tokens, in nats. It tells schemes apart sooner than perplexity</source>
        <translation>预测分布与原模型的 KL 散度在文本词元上的平均值，单位为 nat。它比困惑度更早分辨出方案的优劣</translation>
    </message>
    <message>
        <source>KL 99.9 %</source>
        <translation>KL 99.9 %</translation>
    </message>
    <message>
        <source>999 of 1000 tokens diverge less than this, in nats: how bad it gets</source>
        <translation>1000 个词元中有 999 个的散度小于此值（nat）：最坏时有多坏</translation>
    </message>
    <message>
        <source>same top</source>
        <extracomment>share of tokens for which both models find the same token likeliest</extracomment>
        <translation>首选一致</translation>
    </message>
    <message>
        <source>How often the likeliest token is still the original&apos;s</source>
        <translation>最可能的词元仍与原模型相同的比例</translation>
    </message>
    <message>
        <source>%1 ± %2</source>
        <comment>a value and its standard error</comment>
        <translation>%1 ± %2</translation>
    </message>
    <message>
        <source>Measured on %1 tokens in %2 windows of %3 (protocol: %4).</source>
        <translation>在 %1 个词元上测得，共 %2 个长度为 %3 的窗口（协议：%4）。</translation>
    </message>
    <message>
        <source>Not measured yet: run the comparison with predictions.</source>
        <translation>尚未测量：请连同预测一起运行比较。</translation>
    </message>
    <message>
        <source>Perplexity is %1 ± %2 times the original&apos;s.</source>
        <translation>困惑度是原模型的 %1 ± %2 倍。</translation>
    </message>
    <message>
        <source>Divergence: mean %1 ± %2, median %3, 99 % below %4, largest %5 nats.</source>
        <translation>散度：平均 %1 ± %2，中位数 %3，99 % 低于 %4，最大 %5 nat。</translation>
    </message>
</context>
<context>
    <name>ql::gui::ComparisonTable</name>
    <message>
        <source>The table was copied.</source>
        <translation>表格已复制。</translation>
    </message>
    <message>
        <source>The whole model is being measured…</source>
        <translation>正在测量整个模型…</translation>
    </message>
    <message>
        <source>Sizes are known. Errors and times are measured by a run on the whole model.</source>
        <translation>大小已知。误差和用时要在整个模型上运行后才能测得。</translation>
    </message>
    <message>
        <source>Run on the whole model</source>
        <extracomment>runs the enabled schemes on the whole model</extracomment>
        <translation>在整个模型上运行</translation>
    </message>
    <message>
        <source>Applies every enabled scheme to the whole model and measures it</source>
        <translation>把每个已启用的方案用于整个模型并测量</translation>
    </message>
    <message>
        <source>Copy the table (tab-separated)</source>
        <translation>复制表格（制表符分隔）</translation>
    </message>
    <message>
        <source>Copy the table</source>
        <translation>复制表格</translation>
    </message>
    <message>
        <source>Save the table as CSV, with unrounded numbers</source>
        <translation>把表格存为 CSV，数字不取整</translation>
    </message>
    <message>
        <source>Save the table</source>
        <translation>保存表格</translation>
    </message>
    <message>
        <source>Schemes on the whole model</source>
        <translation>各方案在整个模型上的结果</translation>
    </message>
    <message>
        <source>Comma-separated values (*.csv)</source>
        <translation>逗号分隔值 (*.csv)</translation>
    </message>
    <message>
        <source>The table was saved to %1.</source>
        <translation>表格已保存到 %1。</translation>
    </message>
    <message>
        <source>The table could not be saved to %1: %2.</source>
        <translation>无法把表格保存到 %1：%2。</translation>
    </message>
    <message>
        <source>as stored</source>
        <translation>原样</translation>
    </message>
    <message>
        <source>Predictions</source>
        <translation>预测</translation>
    </message>
    <message>
        <source>Also run the model on a text: perplexity, divergence from the original, errors of the linears&apos; outputs</source>
        <translation>同时在一段文本上运行模型：困惑度、与原模型的散度、各线性层的输出误差</translation>
    </message>
    <message>
        <source>Text…</source>
        <translation>文本…</translation>
    </message>
    <message>
        <source>On which text predictions are measured, and how</source>
        <translation>在哪段文本上、怎样测量预测</translation>
    </message>
    <message>
        <source>Show the perplexities as they were measured</source>
        <translation>显示测量过程中的困惑度</translation>
    </message>
    <message>
        <source>Chart of perplexities</source>
        <translation>困惑度曲线</translation>
    </message>
    <message>
        <source>tokens scored</source>
        <translation>已计分词元</translation>
    </message>
    <message>
        <source>perplexity</source>
        <translation>困惑度</translation>
    </message>
    <message>
        <source>Perplexity of each scheme over the tokens scored so far</source>
        <translation>各方案在已计分词元上的困惑度</translation>
    </message>
</context>
<context>
    <name>ql::gui::Dock</name>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Hides this panel; the View menu brings it back</source>
        <translation>隐藏此面板；可从“视图”菜单重新打开</translation>
    </message>
</context>
<context>
    <name>ql::gui::ErrorPage</name>
    <message>
        <source>Error</source>
        <translation>误差</translation>
    </message>
    <message>
        <source>The whole matrix as a map of errors, weights or scales, down to single weights</source>
        <translation>整个矩阵的误差、权重或缩放因子图，可放大到单个权重</translation>
    </message>
    <message>
        <source>Add a scheme to see what it does to these weights.</source>
        <translation>添加一个方案，看看它对这些权重做了什么。</translation>
    </message>
    <message>
        <source>%1 cannot be applied to this tensor. %2</source>
        <translation>%1 不能用于此张量。%2</translation>
    </message>
    <message>
        <source>%1 could not be computed. %2</source>
        <translation>%1 无法计算。%2</translation>
    </message>
    <message>
        <source>%1 is switched off. Switch it on in the list of schemes to see its error.</source>
        <translation>%1 已停用。在方案列表中启用它，即可查看其误差。</translation>
    </message>
    <message>
        <source>Computing %1…</source>
        <translation>正在计算 %1…</translation>
    </message>
    <message>
        <source>Computing the map…</source>
        <translation>正在计算图…</translation>
    </message>
    <message>
        <source>Map: %1</source>
        <translation>图：%1</translation>
    </message>
    <message>
        <source>(locked; click to free the limits)</source>
        <translation>（已锁定；单击解除）</translation>
    </message>
    <message>
        <source>(%1; click to lock the limits)</source>
        <translation>（%1；单击锁定范围）</translation>
    </message>
    <message>
        <source>Look for the largest errors</source>
        <translation>查找最大误差</translation>
    </message>
    <message>
        <source>Looking for the largest errors…</source>
        <translation>正在查找最大误差…</translation>
    </message>
    <message>
        <source>Point at a weight, or choose one with the arrow keys. Wheel zooms, drag pans, double click fits.</source>
        <translation>指向一个权重，或用方向键选择。滚轮缩放，拖动平移，双击显示全部。</translation>
    </message>
    <message>
        <source>row %1, column %2</source>
        <translation>第 %1 行，第 %2 列</translation>
    </message>
    <message>
        <source>Scheme</source>
        <translation>方案</translation>
    </message>
    <message>
        <source>The scheme in focus: whose error is shown</source>
        <translation>当前方案：显示它的误差</translation>
    </message>
    <message>
        <source>Map</source>
        <translation>图</translation>
    </message>
    <message>
        <source>What the map shows of each weight</source>
        <translation>图中显示每个权重的什么</translation>
    </message>
    <message>
        <source>Mode</source>
        <translation>方式</translation>
    </message>
    <message>
        <source>What a pixel shows of the weights under it: the largest magnitude, the extreme with its sign, or the mean</source>
        <translation>一个像素显示其下各权重的什么：最大绝对值、带符号的极值，或平均值</translation>
    </message>
    <message>
        <source>Limits of the colours</source>
        <translation>颜色范围</translation>
    </message>
    <message>
        <source>log</source>
        <translation>对数</translation>
    </message>
    <message>
        <source>Colours follow the logarithm of the values</source>
        <translation>颜色按数值的对数变化</translation>
    </message>
    <message>
        <source>Keep these limits when the scheme or the tensor changes</source>
        <translation>更换方案或张量时保持此范围</translation>
    </message>
    <message>
        <source>Lock the limits</source>
        <translation>锁定范围</translation>
    </message>
    <message>
        <source>Show the whole matrix (0)</source>
        <translation>显示整个矩阵（0）</translation>
    </message>
    <message>
        <source>Show the whole matrix</source>
        <translation>显示整个矩阵</translation>
    </message>
    <message>
        <source>Weight under the pointer</source>
        <translation>指针处的权重</translation>
    </message>
    <message>
        <source>Block of the weight under the pointer</source>
        <translation>指针处权重所在的块</translation>
    </message>
    <message>
        <source>The error map</source>
        <translation>误差图</translation>
    </message>
    <message>
        <source>&lt;p&gt;Rows are output channels, columns are input channels. The error is the decoded weight minus the original one, ŵ − w, measured on the stored bytes.&lt;/p&gt;&lt;p&gt;When a pixel covers several weights it shows the largest of them (absolute, signed) or their mean. Zoom in with the wheel until single weights appear.&lt;/p&gt;&lt;p&gt;Horizontal stripes are rows with large weights: their blocks have large scales, and the error of a rounded weight is at most about half a scale, unless it was clipped.&lt;/p&gt;</source>
        <translation>&lt;p&gt;行是输出通道，列是输入通道。误差是解码权重减去原始权重，即 ŵ − w，在存储的字节上测得。&lt;/p&gt;&lt;p&gt;一个像素覆盖多个权重时，显示其中最大的（绝对值或带符号），或它们的平均值。用滚轮放大，直到看见单个权重。&lt;/p&gt;&lt;p&gt;横向条纹是权重较大的行：它们的块缩放因子大，而舍入后的权重误差最多约为半个缩放因子，除非被截断。&lt;/p&gt;</translation>
    </message>
    <message>
        <source>Inspect block: the stored bits of the chosen weight (Enter or a click, where single weights can be seen)</source>
        <translation>检查块：所选权重存储的各位（在能看到单个权重处按回车或单击）</translation>
    </message>
    <message>
        <source>Inspect block</source>
        <translation>检查块</translation>
    </message>
</context>
<context>
    <name>ql::gui::ExportDialog</name>
    <message>
        <source>keep every tensor&apos;s stored type</source>
        <translation>所有张量保持存储类型</translation>
    </message>
    <message>
        <source>as stored</source>
        <translation>原样</translation>
    </message>
    <message>
        <source>Plan the export</source>
        <translation>规划导出</translation>
    </message>
    <message>
        <source>Export as GGUF</source>
        <translation>导出为 GGUF</translation>
    </message>
    <message>
        <source>GGUF models (*.gguf)</source>
        <translation>GGUF 模型 (*.gguf)</translation>
    </message>
    <message>
        <source>%1 exists. Replace it?</source>
        <translation>%1 已存在。要替换它吗？</translation>
    </message>
    <message>
        <source>Export %1</source>
        <translation>导出 %1</translation>
    </message>
    <message>
        <source>Written and verified: %1 in %2.</source>
        <translation>已写入并核对：%1，用时 %2。</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message numerus="yes">
        <source>The file will have %1 and %n tensor(s).</source>
        <translation>
            <numerusform>文件大小将为 %1，含 %n 个张量。</numerusform>
        </translation>
    </message>
    <message>
        <source>This cannot be exported.</source>
        <translation>无法导出。</translation>
    </message>
    <message>
        <source>Scheme</source>
        <translation>方案</translation>
    </message>
    <message>
        <source>All other tensors</source>
        <translation>其余张量</translation>
    </message>
    <message>
        <source>Destination</source>
        <translation>目标位置</translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation>浏览…</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Copy the command</source>
        <translation>复制命令</translation>
    </message>
    <message>
        <source>Show in Folder</source>
        <translation>在文件夹中显示</translation>
    </message>
    <message>
        <source>Tensors of the file</source>
        <translation>文件中的张量</translation>
    </message>
    <message>
        <source>Progress of the export</source>
        <translation>导出进度</translation>
    </message>
    <message>
        <source>The scheme, recipe or plan that says which tensor gets which type.</source>
        <translation>决定每个张量用什么类型的方案、配方或计划。</translation>
    </message>
    <message>
        <source>GGUF file</source>
        <translation>GGUF 文件</translation>
    </message>
    <message>
        <source>GPTQ folder</source>
        <translation>GPTQ 文件夹</translation>
    </message>
    <message>
        <source>AWQ folder</source>
        <translation>AWQ 文件夹</translation>
    </message>
    <message>
        <source>compressed-tensors folder</source>
        <translation>compressed-tensors 文件夹</translation>
    </message>
    <message>
        <source>Dequantized folder (floats)</source>
        <translation>反量化文件夹（浮点）</translation>
    </message>
    <message>
        <source>Where to make the folder</source>
        <translation>在何处建立文件夹</translation>
    </message>
    <message>
        <source>Replace</source>
        <translation>替换</translation>
    </message>
    <message numerus="yes">
        <source>The folder will have %1 of weights and %n tensor(s).</source>
        <translation>
            <numerusform>文件夹将包含 %1 的权重和 %n 个张量。</numerusform>
        </translation>
    </message>
    <message>
        <source>Working out what will be written…</source>
        <translation>正在计算将要写出的内容…</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>格式</translation>
    </message>
    <message>
        <source>What is written, and for which programs. Formats that cannot hold the scheme are greyed, with the reason.</source>
        <translation>写出什么，供哪些程序使用。不能容纳该方案的格式显示为灰色，并说明原因。</translation>
    </message>
    <message>
        <source>Type of the embeddings and of what the scheme does not cover, and of dequantized weights. In GGUF, norms and biases are always F32.</source>
        <translation>嵌入和方案未覆盖的张量的类型，也是反量化权重的类型。在 GGUF 中，归一化层和偏置始终为 F32。</translation>
    </message>
    <message>
        <source>Command that runs what was written</source>
        <translation>运行所写模型的命令</translation>
    </message>
    <message>
        <source>Stopped. Nothing was written.</source>
        <translation>已停止，没有写入任何内容。</translation>
    </message>
</context>
<context>
    <name>ql::gui::ExportTable</name>
    <message>
        <source>Tensor</source>
        <translation>张量</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
</context>
<context>
    <name>ql::gui::FileOpener</name>
    <message>
        <source>Open a Model Folder</source>
        <translation>打开模型文件夹</translation>
    </message>
    <message>
        <source>Open a Model</source>
        <translation>打开模型</translation>
    </message>
    <message>
        <source>Models (*.safetensors *.gguf *.safetensors.index.json)</source>
        <translation>模型 (*.safetensors *.gguf *.safetensors.index.json)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>所有文件 (*)</translation>
    </message>
    <message>
        <source>Clear List</source>
        <translation>清空列表</translation>
    </message>
    <message>
        <source>Open an Importance Matrix</source>
        <translation>打开重要性矩阵</translation>
    </message>
    <message>
        <source>Importance matrices (*.gguf *.dat *.imatrix)</source>
        <translation>重要性矩阵 (*.gguf *.dat *.imatrix)</translation>
    </message>
</context>
<context>
    <name>ql::gui::FindingText</name>
    <message>
        <source>, </source>
        <extracomment>between the numbers of a list: rows 12, 73</extracomment>
        <translation>、</translation>
    </message>
    <message numerus="yes">
        <source>Column(s) %1 carry %2 of the squared error, on %3 of the weights.</source>
        <translation>
            <numerusform>第 %1 列占平方误差的 %2，而权重只占 %3。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Row(s) %1 carry %2 of the squared error, on %3 of the weights.</source>
        <translation>
            <numerusform>第 %1 行占平方误差的 %2，而权重只占 %3。</numerusform>
        </translation>
    </message>
    <message>
        <source>No row or column stands out: the worst row, %1, carries %2 times an even share of the squared error.</source>
        <translation>没有突出的行或列：最差的第 %1 行，平方误差是平均份额的 %2 倍。</translation>
    </message>
    <message>
        <source>Every weight is kept exactly.</source>
        <translation>每个权重都精确保留。</translation>
    </message>
    <message>
        <source>The largest error, %1, is at row %2, column %3.</source>
        <translation>最大误差为 %1，位于第 %2 行、第 %3 列。</translation>
    </message>
    <message>
        <source>The largest error, %1, is at row %2, column %3, in a block with scale %4.</source>
        <translation>最大误差为 %1，位于第 %2 行、第 %3 列，所在块的缩放因子为 %4。</translation>
    </message>
</context>
<context>
    <name>ql::gui::FitChoice</name>
    <message>
        <source>search (least error)</source>
        <extracomment>a fit: the scale of a block with the least squared error</extracomment>
        <translation>搜索（误差最小）</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>拟合</translation>
    </message>
    <message>
        <source>The reference is what the format&apos;s own tools do. The search tries many scales for each block and keeps the one with the least squared error.</source>
        <translation>参考拟合与该格式自己的工具一致。搜索则为每块尝试许多缩放因子，保留平方误差最小的一个。</translation>
    </message>
    <message>
        <source>weighted by importance</source>
        <translation>按重要性加权</translation>
    </message>
    <message>
        <source>Errors in columns whose inputs are large count more. Needs an importance matrix (Model &gt; Importance Matrix).</source>
        <translation>输入较大的列，其误差权重更大。需要重要性矩阵（模型 &gt; 重要性矩阵）。</translation>
    </message>
    <message>
        <source>clipped (AWQ)</source>
        <translation>截断（AWQ）</translation>
    </message>
    <message>
        <source>Weights are kept within bounds that give the least error of the output. For rounding to nearest; needs a calibration text.</source>
        <translation>把权重限制在使输出误差最小的范围内。用于就近舍入；需要校准文本。</translation>
    </message>
</context>
<context>
    <name>ql::gui::GptqView</name>
    <message>
        <source>GPTQ can be watched on weights as they are stored: take AWQ, SmoothQuant and clipping out of the scheme to see it work alone.</source>
        <translation>只能观察 GPTQ 处理原样存储的权重：请从方案中去掉 AWQ、SmoothQuant 和裁剪，单独观察 GPTQ。</translation>
    </message>
    <message>
        <source>GPTQ goes by the Gram matrix of what this matrix reads, and the calibration did not keep it: calibrate once more, and keep Gram matrices.</source>
        <translation>GPTQ 依据此矩阵输入的 Gram 矩阵，而校准没有保留它：请重新校准，并保留 Gram 矩阵。</translation>
    </message>
    <message>
        <source>Rounding the columns…</source>
        <translation>正在逐列舍入…</translation>
    </message>
    <message>
        <source>Watch GPTQ</source>
        <translation>观察 GPTQ</translation>
    </message>
    <message>
        <source>Draw a step of GPTQ</source>
        <translation>绘制 GPTQ 的一步</translation>
    </message>
    <message>
        <source>Stop here</source>
        <translation>停在这里</translation>
    </message>
    <message>
        <source>Round column after column</source>
        <translation>逐列舍入</translation>
    </message>
    <message>
        <source>damping %1</source>
        <translation>阻尼 %1</translation>
    </message>
    <message numerus="yes">
        <source>raised %n time(s)</source>
        <extracomment>damping had to be raised until the matrix had an inverse</extracomment>
        <translation>
            <numerusform>加大了 %n 次</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n column(s) that are never read</source>
        <translation>
            <numerusform>%n 列从未被用到</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 of %2 columns rounded, next: column %3</source>
        <translation>已舍入 %1 列，共 %2 列；下一列：第 %3 列</translation>
    </message>
    <message>
        <source>all %1 columns rounded</source>
        <translation>全部 %1 列均已舍入</translation>
    </message>
    <message>
        <source>loss so far %1 of %2 (%3)</source>
        <translation>目前损失 %1，总共 %2（%3）</translation>
    </message>
    <message>
        <source>%1 of %2 rows</source>
        <translation>显示 %1 行，共 %2 行</translation>
    </message>
    <message>
        <source>On what the original model&apos;s linear reads; a comparison rounds on what comes from the quantized blocks before it.</source>
        <translation>依据原模型中该线性层的输入；比较时则依据前面已量化的块的输出。</translation>
    </message>
    <message>
        <source>row %1, column %2 (number %3 to be rounded) · w = %4</source>
        <translation>第 %1 行，第 %2 列（第 %3 个舍入）· w = %4</translation>
    </message>
    <message>
        <source>%1 · rounded: ŵ − w = %2</source>
        <translation>%1 · 已舍入：ŵ − w = %2</translation>
    </message>
    <message>
        <source>%1 · still free, moved by %2</source>
        <translation>%1 · 尚未舍入，移动了 %2</translation>
    </message>
    <message>
        <source>Point at a weight to read what became of it.</source>
        <translation>将指针移到一个权重上，查看它的变化。</translation>
    </message>
    <message>
        <source>Columns as they are rounded</source>
        <translation>逐列舍入的过程</translation>
    </message>
    <message>
        <source>Show the whole map (0)</source>
        <translation>显示整张图 (0)</translation>
    </message>
    <message>
        <source>Show the whole map</source>
        <translation>显示整张图</translation>
    </message>
    <message>
        <source>Rows of the matrix while GPTQ rounds their columns</source>
        <translation>GPTQ 逐列舍入时矩阵的各行</translation>
    </message>
    <message>
        <source>w′−w</source>
        <translation>w′−w</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>播放</translation>
    </message>
    <message>
        <source>How many columns are rounded</source>
        <translation>已舍入的列数</translation>
    </message>
    <message>
        <source>Columns rounded</source>
        <translation>已舍入的列</translation>
    </message>
    <message>
        <source>GPTQ, column by column</source>
        <translation>GPTQ：逐列舍入</translation>
    </message>
    <message>
        <source>&lt;p&gt;Rows are a sample of the matrix&apos;s rows, columns stand in the order in which they are rounded. Left of the line they are rounded: the colour is the error that stays, ŵ − w. Right of it they are still free: the colour is how far the errors before have moved them, w′ − w.&lt;/p&gt;&lt;p&gt;When a column is rounded, its error is made up for by those after it, as far as they read something similar (the Gram matrix of the inputs says so). Rounded weights may therefore be farther from the originals than the nearest value is, and yet the output is nearer. The last columns have nobody left to push their errors to.&lt;/p&gt;&lt;p&gt;The loss is the sum of the squared errors that were passed on, over all rows: what the rounding does to the output. The last step shows exactly what is exported.&lt;/p&gt;</source>
        <translation>&lt;p&gt;行是从矩阵中抽取的一部分行，列按舍入的先后排列。竖线左边的列已经舍入：颜色表示留下的误差 ŵ − w。竖线右边的列尚未舍入：颜色表示前面的误差把它们移动了多少，即 w′ − w。&lt;/p&gt;&lt;p&gt;一列舍入之后，它的误差由后面的列来补偿，前提是这些列读入的内容相近（由输入的 Gram 矩阵得知）。因此舍入后的权重可能比最近的值离原值更远，而输出却更接近。最后的几列已没有可以转移误差的对象。&lt;/p&gt;&lt;p&gt;损失是所有行转移出去的误差的平方和，即舍入对输出的影响。最后一步显示的正是要导出的结果。&lt;/p&gt;</translation>
    </message>
    <message>
        <source>GPTAQ compares the inputs of two models, which only a comparison runs side by side: take gptaq out of the scheme to see GPTQ work alone.</source>
        <translation>GPTAQ 比较两个模型的输入，而只有对比才会并排运行这两个模型：从方案中去掉 gptaq，即可单独观察 GPTQ 的工作过程。</translation>
    </message>
</context>
<context>
    <name>ql::gui::GridGroups</name>
    <message>
        <source>K-quants</source>
        <translation>K-quant</translation>
    </message>
    <message>
        <source>Blocks of 32</source>
        <translation>32 个一块</translation>
    </message>
    <message>
        <source>IQ4: uneven levels</source>
        <translation>IQ4：非均匀档位</translation>
    </message>
    <message>
        <source>FP4: 4-bit floats</source>
        <translation>FP4：4 位浮点</translation>
    </message>
    <message>
        <source>Binary and ternary</source>
        <translation>二值与三值</translation>
    </message>
    <message>
        <source>Floats</source>
        <translation>浮点</translation>
    </message>
</context>
<context>
    <name>ql::gui::HeatmapView</name>
    <message>
        <source>Copy picture</source>
        <translation>复制图片</translation>
    </message>
    <message>
        <source>Save picture…</source>
        <translation>保存图片…</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>显示全部</translation>
    </message>
    <message>
        <source>Save picture</source>
        <translation>保存图片</translation>
    </message>
    <message>
        <source>PNG picture (*.png)</source>
        <translation>PNG 图片 (*.png)</translation>
    </message>
    <message>
        <source>Row %1, column %2</source>
        <translation>第 %1 行，第 %2 列</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <extracomment>%1 is &quot;Row 3, column 5&quot;, %2 is a number</extracomment>
        <translation>%1：%2</translation>
    </message>
    <message>
        <source>Matrix of %1.</source>
        <translation>%1 的矩阵。</translation>
    </message>
    <message>
        <source>Nothing to show.</source>
        <translation>没有可显示的内容。</translation>
    </message>
</context>
<context>
    <name>ql::gui::HelpButton</name>
    <message>
        <source>Explain this</source>
        <translation>说明</translation>
    </message>
    <message>
        <source>Explain: %1</source>
        <translation>说明：%1</translation>
    </message>
    <message>
        <source>What is this?</source>
        <translation>这是什么？</translation>
    </message>
</context>
<context>
    <name>ql::gui::HelpDialogs</name>
    <message>
        <source>Keyboard Shortcuts</source>
        <translation>键盘快捷键</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>命令</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>按键</translation>
    </message>
    <message>
        <source>Zoom in a plot or heatmap</source>
        <translation>缩放图表或热力图</translation>
    </message>
    <message>
        <source>Wheel, + and −</source>
        <translation>滚轮、+ 和 −</translation>
    </message>
    <message>
        <source>Show all of a plot or heatmap</source>
        <translation>显示图表或热力图的全部</translation>
    </message>
    <message>
        <source>Double click, Home or 0</source>
        <translation>双击、Home 或 0</translation>
    </message>
    <message>
        <source>Zoom into a rectangle of a heatmap</source>
        <translation>放大热力图的一个矩形区域</translation>
    </message>
    <message>
        <source>Shift and drag</source>
        <translation>Shift 加拖动</translation>
    </message>
    <message>
        <source>Move the current cell of a heatmap</source>
        <translation>移动热力图的当前单元格</translation>
    </message>
    <message>
        <source>Arrows</source>
        <translation>方向键</translation>
    </message>
    <message>
        <source>From the filter into the model tree</source>
        <translation>从筛选框进入模型树</translation>
    </message>
    <message>
        <source>Down</source>
        <translation>向下键</translation>
    </message>
    <message>
        <source>Switch a scheme on or off</source>
        <translation>启用或停用方案</translation>
    </message>
    <message>
        <source>Space</source>
        <translation>空格键</translation>
    </message>
    <message>
        <source>Remove the selected scheme</source>
        <translation>移除所选方案</translation>
    </message>
    <message>
        <source>About Quantloupe</source>
        <translation>关于 Quantloupe</translation>
    </message>
    <message>
        <source>&lt;h3&gt;Quantloupe %1&lt;/h3&gt;&lt;p&gt;A workbench for looking at what quantization does to a language model.&lt;/p&gt;&lt;p&gt;Free software under the GNU General Public License, version 3 or later, without any warranty.&lt;/p&gt;&lt;p&gt;Built with Qt %2, QCustomPlot, Highway, fmt, nlohmann-json, Boost, xxHash and SentencePiece. The demo model was trained for this program on novels in the public domain.&lt;/p&gt;</source>
        <translation>&lt;h3&gt;Quantloupe %1&lt;/h3&gt;&lt;p&gt;观察量化对语言模型做了什么的工作台。&lt;/p&gt;&lt;p&gt;自由软件，采用 GNU 通用公共许可证第 3 版或更新版本，不提供任何担保。&lt;/p&gt;&lt;p&gt;使用 Qt %2、QCustomPlot、Highway、fmt、nlohmann-json、Boost、xxHash 和 SentencePiece 构建。演示模型是为本程序用公有领域的小说训练的。&lt;/p&gt;</translation>
    </message>
</context>
<context>
    <name>ql::gui::HistogramPlot</name>
    <message>
        <source>value</source>
        <translation>值</translation>
    </message>
    <message>
        <source>weights per bin</source>
        <translation>每箱权重数</translation>
    </message>
    <message>
        <source>◂ %1 below</source>
        <extracomment>how many values lie below the histogram&apos;s range, at its left end</extracomment>
        <translation>◂ 左侧另有 %1 个</translation>
    </message>
    <message>
        <source>%1 above ▸</source>
        <extracomment>how many values lie above the histogram&apos;s range, at its right end</extracomment>
        <translation>右侧另有 %1 个 ▸</translation>
    </message>
</context>
<context>
    <name>ql::gui::JobFeedback</name>
    <message numerus="yes">
        <source>CPU, %n thread(s)</source>
        <translation>
            <numerusform>CPU，%n 个线程</numerusform>
        </translation>
    </message>
    <message>
        <source>%1: stopped</source>
        <translation>%1：已停止</translation>
    </message>
    <message>
        <source>%1: ended after %2</source>
        <translation>%1：已结束，用时 %2</translation>
    </message>
    <message>
        <source>Stop: %1</source>
        <translation>停止：%1</translation>
    </message>
    <message>
        <source>Stop: %1 (waiting)</source>
        <translation>停止：%1（等待中）</translation>
    </message>
    <message>
        <source>Nothing is running</source>
        <translation>没有正在运行的任务</translation>
    </message>
    <message>
        <source>Finished jobs are in the log</source>
        <translation>已结束的任务见日志</translation>
    </message>
</context>
<context>
    <name>ql::gui::JobStrip</name>
    <message>
        <source>Jobs (%1 waiting)</source>
        <translation>任务（%1 个等待中）</translation>
    </message>
    <message>
        <source>Jobs</source>
        <translation>任务</translation>
    </message>
    <message>
        <source>Show running, waiting and finished jobs</source>
        <translation>显示正在运行、等待和已结束的任务</translation>
    </message>
    <message>
        <source>stopping…</source>
        <translation>正在停止…</translation>
    </message>
    <message>
        <source>Progress of %1</source>
        <translation>%1 的进度</translation>
    </message>
    <message>
        <source>Running for %1</source>
        <translation>已运行 %1</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message numerus="yes">
        <source>Log (%n warning(s))</source>
        <translation>
            <numerusform>日志（%n 条警告）</numerusform>
        </translation>
    </message>
    <message>
        <source>Log</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>Show what was done, with warnings and errors</source>
        <translation>显示做过的事，以及警告和错误</translation>
    </message>
    <message>
        <source>Stop this job</source>
        <translation>停止此任务</translation>
    </message>
</context>
<context>
    <name>ql::gui::LogDock</name>
    <message>
        <source>error</source>
        <translation>错误</translation>
    </message>
    <message>
        <source>warning</source>
        <translation>警告</translation>
    </message>
    <message>
        <source>info</source>
        <translation>信息</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>日志</translation>
    </message>
</context>
<context>
    <name>ql::gui::MainWindow</name>
    <message>
        <source>the demo model</source>
        <translation>演示模型</translation>
    </message>
    <message>
        <source>%1 could not be opened. %2</source>
        <translation>无法打开 %1。%2</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <comment>a job; why it failed</comment>
        <translation>%1：%2</translation>
    </message>
    <message>
        <source>&amp;Undo: %1</source>
        <translation>撤销(&amp;U)：%1</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>撤销(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Redo: %1</source>
        <translation>重做(&amp;R)：%1</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>重做(&amp;R)</translation>
    </message>
    <message>
        <source>Toolbar</source>
        <translation>工具栏</translation>
    </message>
    <message>
        <source>Pages</source>
        <translation>页面</translation>
    </message>
    <message>
        <source>The importance matrix %1 was made for another model and is no longer used.</source>
        <translation>重要性矩阵 %1 是为另一个模型制作的，不再使用。</translation>
    </message>
    <message>
        <source>The importance matrix %1 is used.</source>
        <translation>正在使用重要性矩阵 %1。</translation>
    </message>
</context>
<context>
    <name>ql::gui::MapChoice</name>
    <message>
        <source>Error</source>
        <translation>误差</translation>
    </message>
    <message>
        <source>Relative error</source>
        <translation>相对误差</translation>
    </message>
    <message>
        <source>Original weights</source>
        <translation>原始权重</translation>
    </message>
    <message>
        <source>Decoded weights</source>
        <translation>解码权重</translation>
    </message>
    <message>
        <source>Block scales</source>
        <extracomment>the scale factor of a block of weights</extracomment>
        <translation>块的缩放因子</translation>
    </message>
    <message>
        <source>absolute</source>
        <extracomment>magnitudes, without sign</extracomment>
        <translation>绝对值</translation>
    </message>
    <message>
        <source>signed</source>
        <extracomment>with sign</extracomment>
        <translation>带符号</translation>
    </message>
    <message>
        <source>mean</source>
        <extracomment>average of the weights under a pixel</extracomment>
        <translation>平均值</translation>
    </message>
    <message>
        <source>99.9 % clip</source>
        <translation>99.9 % 截断</translation>
    </message>
    <message>
        <source>full range</source>
        <translation>完整范围</translation>
    </message>
    <message>
        <source>All but the largest 0.1 % of the overview&apos;s cells lie within the limits; larger values take the last colour.</source>
        <translation>概览中除最大的 0.1 % 单元格外，都在范围之内；更大的值取色标末端的颜色。</translation>
    </message>
    <message>
        <source>The largest value lies at the end of the scale.</source>
        <translation>色标的终点就是最大值。</translation>
    </message>
</context>
<context>
    <name>ql::gui::MapFeed</name>
    <message>
        <source>Draw a map: %1</source>
        <translation>绘制图：%1</translation>
    </message>
    <message>
        <source>Read weights</source>
        <translation>读取权重</translation>
    </message>
</context>
<context>
    <name>ql::gui::MessageStrip</name>
    <message>
        <source>Note</source>
        <translation>提示</translation>
    </message>
    <message>
        <source>Warning</source>
        <translation>警告</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>错误</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>详情</translation>
    </message>
    <message>
        <source>Show the technical details</source>
        <translation>显示技术细节</translation>
    </message>
    <message>
        <source>Copy the message with its details</source>
        <translation>复制消息及其详情</translation>
    </message>
    <message>
        <source>Copy message</source>
        <translation>复制消息</translation>
    </message>
    <message>
        <source>Dismiss this message</source>
        <translation>关闭此消息</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>ql::gui::MethodPage</name>
    <message>
        <source>Method</source>
        <translation>方法</translation>
    </message>
    <message>
        <source>The scheme in focus at its work on this matrix: GPTQ, AWQ, SmoothQuant, FP8</source>
        <translation>观察当前方案如何处理此矩阵：GPTQ、AWQ、SmoothQuant、FP8</translation>
    </message>
    <message>
        <source>Add a scheme to watch it work.</source>
        <translation>添加一个方案，观察它如何工作。</translation>
    </message>
    <message>
        <source>%1 keeps this tensor as it is stored: there is nothing to watch.</source>
        <translation>%1 让此张量保持原样：没有可观察的过程。</translation>
    </message>
    <message>
        <source>It is not known yet what %1 does with this tensor.</source>
        <translation>尚不清楚 %1 会如何处理此张量。</translation>
    </message>
    <message>
        <source>%1 rounds every weight to the nearest value of its grid, one by one: the Weights and Error pages show all of it. Give this scheme GPTQ, AWQ, SmoothQuant or FP8 to watch it work.</source>
        <translation>%1 把每个权重各自舍入到网格上最近的值：“权重”和“误差”两页已能看到全部。为此方案选用 GPTQ、AWQ、SmoothQuant 或 FP8，即可观察它如何工作。</translation>
    </message>
    <message>
        <source>Calibrate…</source>
        <translation>校准…</translation>
    </message>
    <message>
        <source>Run the model over a text</source>
        <translation>让模型运行一段文本</translation>
    </message>
    <message>
        <source>Scheme</source>
        <translation>方案</translation>
    </message>
    <message>
        <source>The scheme in focus: which is watched</source>
        <translation>当前方案：观察的对象</translation>
    </message>
    <message>
        <source>View</source>
        <translation>视图</translation>
    </message>
    <message>
        <source>Which part of the scheme is watched</source>
        <translation>观察方案的哪一部分</translation>
    </message>
</context>
<context>
    <name>ql::gui::MethodView</name>
    <message>
        <source>The method goes by what a linear reads, and this tensor is none. Choose a matrix of attention or of the MLP in the model tree.</source>
        <translation>该方法依据线性层的输入，而此张量不是线性层。请在模型树中选择注意力或 MLP 的矩阵。</translation>
    </message>
    <message>
        <source>Calibrating…</source>
        <translation>正在校准…</translation>
    </message>
    <message>
        <source>The method goes by what this matrix reads, and that is not known yet: run the model over a text.</source>
        <translation>该方法依据此矩阵的输入，而输入尚不清楚：请让模型运行一段文本。</translation>
    </message>
    <message>
        <source>The calibration does not know this tensor&apos;s input.</source>
        <translation>校准中没有该张量的输入。</translation>
    </message>
</context>
<context>
    <name>ql::gui::ModelCard</name>
    <message>
        <source>yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>no</source>
        <translation>否</translation>
    </message>
    <message>
        <source>%1: %2 values, %3</source>
        <extracomment>a type, how many values are stored in it, and their share</extracomment>
        <translation>%1：%2 个值，%3</translation>
    </message>
    <message>
        <source>Architecture</source>
        <translation>架构</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>未知</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>参数</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>层数</translation>
    </message>
    <message>
        <source>Hidden size</source>
        <translation>隐藏维度</translation>
    </message>
    <message>
        <source>Feed-forward size</source>
        <translation>前馈维度</translation>
    </message>
    <message>
        <source>Heads / KV heads</source>
        <extracomment>attention heads, and those of keys and values</extracomment>
        <translation>注意力头 / KV 头</translation>
    </message>
    <message>
        <source>Head size</source>
        <translation>头维度</translation>
    </message>
    <message>
        <source>Vocabulary</source>
        <translation>词表</translation>
    </message>
    <message>
        <source>Context length</source>
        <translation>上下文长度</translation>
    </message>
    <message>
        <source>Tied embeddings</source>
        <translation>共享词嵌入</translation>
    </message>
    <message>
        <source>Whether the embedding serves as the output matrix too</source>
        <translation>词嵌入是否同时用作输出矩阵</translation>
    </message>
    <message>
        <source>Stored types</source>
        <translation>存储类型</translation>
    </message>
    <message>
        <source>File size</source>
        <translation>文件大小</translation>
    </message>
    <message>
        <source>Can be run</source>
        <translation>可以运行</translation>
    </message>
    <message>
        <source>Whether perplexity and output errors can be measured</source>
        <translation>能否测量困惑度和输出误差</translation>
    </message>
    <message>
        <source>cannot be read</source>
        <translation>无法读取</translation>
    </message>
    <message>
        <source>byte-level BPE</source>
        <translation>字节级 BPE</translation>
    </message>
    <message>
        <source>Tokenizer</source>
        <translation>分词器</translation>
    </message>
</context>
<context>
    <name>ql::gui::ModelDock</name>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Filter: name, role, type, &gt; 1M …</source>
        <translation>筛选：名称、角色、类型、&gt; 1M …</translation>
    </message>
    <message>
        <source>Filter tensors</source>
        <translation>筛选张量</translation>
    </message>
    <message>
        <source>Words that must occur in the name, role or type; blk.*.ffn_down.* for names; &gt; 1M or &lt; 10k for the number of values.</source>
        <translation>名称、角色或类型中须出现的词；blk.*.ffn_down.* 匹配名称；&gt; 1M 或 &lt; 10k 按元素个数筛选。</translation>
    </message>
    <message>
        <source>Tensors of the model</source>
        <translation>模型的张量</translation>
    </message>
    <message>
        <source>No tensor passes the filter.</source>
        <translation>没有张量符合筛选条件。</translation>
    </message>
    <message>
        <source>Copy Name</source>
        <translation>复制名称</translation>
    </message>
</context>
<context>
    <name>ql::gui::NumberFormat</name>
    <message>
        <source>B</source>
        <translation>B</translation>
    </message>
    <message>
        <source>exact</source>
        <translation>精确</translation>
    </message>
    <message>
        <source>bits</source>
        <translation>位</translation>
    </message>
    <message>
        <source>ms</source>
        <translation>毫秒</translation>
    </message>
    <message>
        <source>s</source>
        <translation>秒</translation>
    </message>
    <message>
        <source>%1 min %2 s</source>
        <extracomment>minutes and seconds, e.g. 3 min 20 s</extracomment>
        <translation>%1 分 %2 秒</translation>
    </message>
    <message>
        <source>%1 h %2 min</source>
        <extracomment>hours and minutes, e.g. 1 h 05 min</extracomment>
        <translation>%1 小时 %2 分</translation>
    </message>
    <message>
        <source>%1 left</source>
        <extracomment>%1 is a duration such as 12 s</extracomment>
        <translation>剩余 %1</translation>
    </message>
</context>
<context>
    <name>ql::gui::NumberLineView</name>
    <message>
        <source>This scheme has no result on this tensor yet.</source>
        <translation>此方案在该张量上还没有结果。</translation>
    </message>
    <message>
        <source>Counting…</source>
        <translation>正在统计…</translation>
    </message>
    <message>
        <source>Count weights along the number line</source>
        <translation>沿数轴统计权重</translation>
    </message>
    <message>
        <source>magnitude |w / s|</source>
        <translation>幅值 |w / s|</translation>
    </message>
    <message>
        <source>weight in units of its scale, w / s</source>
        <translation>以缩放因子为单位的权重 w / s</translation>
    </message>
    <message>
        <source>weights per bin</source>
        <translation>每箱权重数</translation>
    </message>
    <message>
        <source>weights</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>Weights along the values of FP8</source>
        <translation>FP8 各值上的权重分布</translation>
    </message>
    <message>
        <source>%1 values up to %2</source>
        <translation>%1 个值，最大 %2</translation>
    </message>
    <message>
        <source>scale %1</source>
        <translation>缩放因子 %1</translation>
    </message>
    <message>
        <source>scales %1 to %2</source>
        <translation>缩放因子 %1 至 %2</translation>
    </message>
    <message>
        <source>%1 values from −%2 to %2</source>
        <translation>%1 个值，从 −%2 到 %2</translation>
    </message>
    <message>
        <source>stored at a limit: %1</source>
        <translation>存为上下限的：%1</translation>
    </message>
    <message>
        <source>subnormal: %1</source>
        <translation>次正规数：%1</translation>
    </message>
    <message>
        <source>as 0: %1</source>
        <translation>存为 0：%1</translation>
    </message>
    <message>
        <source>Point at a value to read its bits.</source>
        <translation>将指针移到一个值上，查看它的二进制位。</translation>
    </message>
    <message>
        <source>row %1, column %2</source>
        <translation>第 %1 行，第 %2 列</translation>
    </message>
    <message>
        <source>%1 weights</source>
        <translation>%1 个权重</translation>
    </message>
    <message>
        <source>next: %1 and %2</source>
        <translation>相邻：%1 和 %2</translation>
    </message>
    <message>
        <source>the limit: what is larger saturates</source>
        <translation>上限：更大的值会饱和</translation>
    </message>
    <message>
        <source>Number line</source>
        <translation>数轴</translation>
    </message>
    <message>
        <source>log axis</source>
        <translation>对数轴</translation>
    </message>
    <message>
        <source>Magnitudes on a logarithmic axis, or values on a linear one</source>
        <translation>用对数轴显示幅值，或用线性轴显示值</translation>
    </message>
    <message>
        <source>log counts</source>
        <translation>计数取对数</translation>
    </message>
    <message>
        <source>Counts on a logarithmic axis</source>
        <translation>计数用对数轴</translation>
    </message>
    <message>
        <source>The number line of FP8</source>
        <translation>FP8 的数轴</translation>
    </message>
    <message>
        <source>&lt;p&gt;Ticks are all values that the format can store; above them is where the weights lie once they are divided by their scale. On the logarithmic axis ticks are equally dense in every octave: a weight keeps the same number of significant bits whether it is large or small. On the linear one they crowd around zero.&lt;/p&gt;&lt;p&gt;E4M3 has 4 bits of exponent and 3 of mantissa and reaches 448; E5M2 has 5 and 2 and reaches 57,344: more range, half the precision. The least values have an exponent field of zero (subnormal) and lose bits; what is smaller than half the least one becomes 0. The dashed line is the limit: the scale puts the largest weight there, and anything beyond would be stored as the limit.&lt;/p&gt;</source>
        <translation>&lt;p&gt;刻度是该格式能存储的所有值，上方是权重除以缩放因子之后的分布。在对数轴上，每个倍频程内刻度的疏密相同：权重无论大小，有效位数都一样。在线性轴上，刻度集中在零附近。&lt;/p&gt;&lt;p&gt;E4M3 有 4 位指数和 3 位尾数，最大为 448；E5M2 有 5 位和 2 位，最大为 57,344：范围更大，精度减半。最小的一些值指数字段为零（次正规数），有效位数更少；小于最小值一半的则变为 0。虚线是上限：缩放因子使最大的权重恰好位于此处，超出的值会存为上限。&lt;/p&gt;</translation>
    </message>
    <message>
        <source>%1 weights of either sign</source>
        <extracomment>of a code: how many weights are stored as it</extracomment>
        <translation>正负共 %1 个权重</translation>
    </message>
</context>
<context>
    <name>ql::gui::OverviewPage</name>
    <message>
        <source>The table was copied.</source>
        <translation>表格已复制。</translation>
    </message>
    <message>
        <source>Overview</source>
        <translation>概览</translation>
    </message>
    <message>
        <source>The whole model: what it is, what it weighs, and where a scheme errs</source>
        <translation>整个模型：它是什么、有多大，以及方案的误差在哪里</translation>
    </message>
    <message>
        <source>Work out sizes</source>
        <translation>计算大小</translation>
    </message>
    <message>
        <source>%1 tokens</source>
        <translation>%1 个词元</translation>
    </message>
    <message>
        <source>maximum: %1 tokens</source>
        <translation>最大：%1 个词元</translation>
    </message>
    <message>
        <source>maximum: not known</source>
        <translation>最大：未知</translation>
    </message>
    <message>
        <source>Longer than the model&apos;s context</source>
        <translation>比模型的上下文更长</translation>
    </message>
    <message>
        <source>The model does not say how long its context is</source>
        <translation>模型没有说明其上下文长度</translation>
    </message>
    <message>
        <source>kept as %1</source>
        <translation>保持 %1</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <extracomment>a metric and its value</extracomment>
        <translation>%1：%2</translation>
    </message>
    <message>
        <source>Layers × roles: %1</source>
        <comment>a scheme</comment>
        <translation>层 × 角色：%1</translation>
    </message>
    <message>
        <source>Layers × roles</source>
        <translation>层 × 角色</translation>
    </message>
    <message>
        <source>Add a scheme to see what it does to the model&apos;s linears.</source>
        <translation>添加一个方案，即可看到它对模型线性层的影响。</translation>
    </message>
    <message>
        <source>It is not known which tensors of this model are the linears of its layers.</source>
        <translation>无法得知本模型的哪些张量是各层的线性层。</translation>
    </message>
    <message>
        <source>Layer %1</source>
        <translation>第 %1 层</translation>
    </message>
    <message>
        <source>bits</source>
        <translation>位</translation>
    </message>
    <message>
        <source>Point at a field to read it; a click goes to its tensor.</source>
        <translation>把指针移到格子上即可读数；单击转到对应的张量。</translation>
    </message>
    <message>
        <source>Size and memory</source>
        <translation>大小与内存</translation>
    </message>
    <message>
        <source>Context</source>
        <translation>上下文</translation>
    </message>
    <message>
        <source>How many tokens the KV cache holds</source>
        <translation>KV 缓存容纳多少个词元</translation>
    </message>
    <message>
        <source>cache %1</source>
        <extracomment>the type in which keys and values are kept</extracomment>
        <translation>缓存 %1</translation>
    </message>
    <message>
        <source>Type of the KV cache</source>
        <translation>KV 缓存的类型</translation>
    </message>
    <message>
        <source>How keys and values are kept</source>
        <translation>键和值以何种类型保存</translation>
    </message>
    <message>
        <source>Add the chosen format to the comparison</source>
        <translation>把所选格式加入对比</translation>
    </message>
    <message>
        <source>Add to the comparison</source>
        <translation>加入对比</translation>
    </message>
    <message>
        <source>Copy the table (tab-separated)</source>
        <translation>复制表格（以制表符分隔）</translation>
    </message>
    <message>
        <source>Copy the table</source>
        <translation>复制表格</translation>
    </message>
    <message>
        <source>Sizes of this model</source>
        <translation>本模型的大小</translation>
    </message>
    <message>
        <source>About the model</source>
        <translation>关于模型</translation>
    </message>
    <message>
        <source>Metric</source>
        <translation>指标</translation>
    </message>
    <message>
        <source>What the colours show</source>
        <translation>颜色表示什么</translation>
    </message>
    <message>
        <source>Read the tokenizer</source>
        <translation>读取分词器</translation>
    </message>
    <message>
        <source>other:</source>
        <translation>其他：</translation>
    </message>
    <message>
        <source>Tokens in the context</source>
        <translation>上下文的词元数</translation>
    </message>
</context>
<context>
    <name>ql::gui::Page</name>
    <message>
        <source>%1 could not be saved: %2</source>
        <extracomment>%1 is a file, %2 what went wrong</extracomment>
        <translation>%1 无法保存：%2</translation>
    </message>
</context>
<context>
    <name>ql::gui::Plot</name>
    <message>
        <source>SVG drawing (*.svg)</source>
        <translation>SVG 图形 (*.svg)</translation>
    </message>
    <message>
        <source>CSV table (*.csv)</source>
        <translation>CSV 表格 (*.csv)</translation>
    </message>
    <message>
        <source>PNG picture (*.png)</source>
        <translation>PNG 图片 (*.png)</translation>
    </message>
    <message>
        <source>Copy picture</source>
        <translation>复制图片</translation>
    </message>
    <message>
        <source>Copy data</source>
        <translation>复制数据</translation>
    </message>
    <message>
        <source>Save as PNG…</source>
        <translation>另存为 PNG…</translation>
    </message>
    <message>
        <source>Save as SVG…</source>
        <translation>另存为 SVG…</translation>
    </message>
    <message>
        <source>Save data as CSV…</source>
        <translation>把数据存为 CSV…</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>显示全部</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>The picture could not be written.</source>
        <translation>无法写入图片。</translation>
    </message>
</context>
<context>
    <name>ql::gui::Predictions</name>
    <message>
        <source>Look at the model</source>
        <translation>查看模型</translation>
    </message>
    <message numerus="yes">
        <source>Measure the predictions of %n scheme(s)</source>
        <translation>
            <numerusform>测量 %n 个方案的预测</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ql::gui::PredictionsDialog</name>
    <message>
        <source>Choose a Text</source>
        <translation>选择文本</translation>
    </message>
    <message>
        <source>Texts (*.txt *.md *.raw);;All files (*)</source>
        <translation>文本 (*.txt *.md *.raw);;所有文件 (*)</translation>
    </message>
    <message>
        <source>Choose a readable text file.</source>
        <translation>请选择一个可读的文本文件。</translation>
    </message>
    <message>
        <source>The text should be one that the model was not trained on, such as the test set of WikiText-2.</source>
        <translation>应选模型训练时没有见过的文本，例如 WikiText-2 的测试集。</translation>
    </message>
    <message>
        <source>The demo model has never seen this novel. Large models have: for them, choose a text of your own.</source>
        <translation>演示模型从未见过这部小说；大模型却见过：测它们时请另选文本。</translation>
    </message>
    <message>
        <source>GPTQ paper: every token of a window but the first is scored.</source>
        <translation>GPTQ 论文：除第一个外，窗口中的每个词元都计分。</translation>
    </message>
    <message>
        <source>llama.cpp: the second half of each window is scored, as llama-perplexity does.</source>
        <translation>llama.cpp：与 llama-perplexity 一样，只对每个窗口的后半段计分。</translation>
    </message>
    <message>
        <source>Perplexities of different texts, protocols or windows must not be compared: a change here drops what was measured before.</source>
        <translation>不同文本、协议或窗口下的困惑度不可相互比较：在此改动会丢弃此前的测量结果。</translation>
    </message>
    <message>
        <source>Measure Predictions</source>
        <translation>测量预测</translation>
    </message>
    <message>
        <source>Text:</source>
        <translation>文本：</translation>
    </message>
    <message>
        <source>Jane Austen, Persuasion, chapters 1 to 12 (comes with the program)</source>
        <translation>简·奥斯汀《劝导》第 1 至 12 章（随程序附带）</translation>
    </message>
    <message>
        <source>A file:</source>
        <translation>文件：</translation>
    </message>
    <message>
        <source>Text file</source>
        <translation>文本文件</translation>
    </message>
    <message>
        <source>A text in UTF-8; it can also be dropped here</source>
        <translation>UTF-8 文本；也可以拖放到这里</translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation>浏览…</translation>
    </message>
    <message>
        <source>Protocol:</source>
        <translation>协议：</translation>
    </message>
    <message>
        <source>GPTQ paper</source>
        <translation>GPTQ 论文</translation>
    </message>
    <message>
        <source>Which tokens of a window are scored</source>
        <translation>窗口中哪些词元计分</translation>
    </message>
    <message>
        <source>Tokens in a window:</source>
        <translation>窗口词元数：</translation>
    </message>
    <message>
        <source>Each window is run alone; at most as many as the model can take</source>
        <translation>各窗口单独运行；不超过模型能接受的长度</translation>
    </message>
    <message>
        <source>Windows:</source>
        <translation>窗口数：</translation>
    </message>
    <message>
        <source>automatic</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>How many windows are taken from the text&apos;s beginning. Automatic: fewer for larger models, but always the same for a model</source>
        <translation>从文本开头取多少个窗口。自动：模型越大取得越少，但同一模型总是一样多</translation>
    </message>
    <message>
        <source>OK</source>
        <translation>确定</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>ql::gui::ReportView</name>
    <message>
        <source>Looking for the scales…</source>
        <translation>正在寻找缩放因子…</translation>
    </message>
    <message>
        <source>Look for scales</source>
        <translation>寻找缩放因子</translation>
    </message>
    <message>
        <source>No scales come to this matrix: what it reads is not made by a norm, or by a linear whose rows could be divided by them.</source>
        <translation>此矩阵没有缩放因子可用：它的输入不是来自归一化层，也不是来自各行可以除以缩放因子的线性层。</translation>
    </message>
    <message>
        <source>of %1</source>
        <extracomment>the linears that read an input</extracomment>
        <translation>读取者：%1</translation>
    </message>
    <message>
        <source>from the comparison</source>
        <translation>来自对比</translation>
    </message>
    <message>
        <source>from the calibration</source>
        <translation>来自校准</translation>
    </message>
</context>
<context>
    <name>ql::gui::RoleMetricText</name>
    <message>
        <source>Every weight of the linears is kept exactly.</source>
        <translation>线性层的每个权重都原样保留。</translation>
    </message>
    <message>
        <source>, </source>
        <extracomment>between the names of a list</extracomment>
        <translation>、</translation>
    </message>
    <message>
        <source>%1: %2 of the squared error of all linears, on %3 of their weights.</source>
        <translation>%1：占所有线性层平方误差的 %2，而权重只占 %3。</translation>
    </message>
    <message>
        <source>No linear stands out: %1 carries the most of the squared error, %2, on %3 of the weights.</source>
        <translation>没有哪个线性层特别突出：平方误差最多的是%1，占 %2，权重占 %3。</translation>
    </message>
    <message>
        <source>No linear&apos;s output changes.</source>
        <translation>所有线性层的输出都没有变化。</translation>
    </message>
    <message>
        <source>The largest output error, %1, is that of %2: %3 times the mean of all linears.</source>
        <translation>输出误差最大的是%2，为 %1，是所有线性层平均值的 %3 倍。</translation>
    </message>
    <message>
        <source>Output error</source>
        <translation>输出误差</translation>
    </message>
    <message>
        <source>Relative weight error</source>
        <translation>相对权重误差</translation>
    </message>
    <message>
        <source>SQNR</source>
        <translation>SQNR</translation>
    </message>
    <message>
        <source>Bits per weight</source>
        <translation>每权重位数</translation>
    </message>
    <message>
        <source>Not measured yet: run the comparison with predictions.</source>
        <translation>尚未测量：请连同预测一起运行比较。</translation>
    </message>
    <message>
        <source>Not measured yet: run the comparison on the whole model.</source>
        <translation>尚未测量：请在整个模型上运行对比。</translation>
    </message>
    <message>
        <source>It is not known what the scheme makes of this model.</source>
        <translation>无法得知该方案对本模型的结果。</translation>
    </message>
    <message>
        <source>%1 there costs %2 more.</source>
        <extracomment>a type, such as Q6_K; how many bytes more the model takes</extracomment>
        <translation>在此处改用 %1 需多占 %2。</translation>
    </message>
</context>
<context>
    <name>ql::gui::RoleNames</name>
    <message>
        <source>token embedding</source>
        <translation>词嵌入</translation>
    </message>
    <message>
        <source>position embedding</source>
        <translation>位置嵌入</translation>
    </message>
    <message>
        <source>attn norm</source>
        <translation>注意力 norm</translation>
    </message>
    <message>
        <source>attn q</source>
        <translation>注意力 q</translation>
    </message>
    <message>
        <source>attn k</source>
        <translation>注意力 k</translation>
    </message>
    <message>
        <source>attn v</source>
        <translation>注意力 v</translation>
    </message>
    <message>
        <source>attn qkv</source>
        <translation>注意力 qkv</translation>
    </message>
    <message>
        <source>attn q norm</source>
        <translation>注意力 q norm</translation>
    </message>
    <message>
        <source>attn k norm</source>
        <translation>注意力 k norm</translation>
    </message>
    <message>
        <source>attn o</source>
        <translation>注意力 o</translation>
    </message>
    <message>
        <source>post-attn norm</source>
        <translation>注意力后 norm</translation>
    </message>
    <message>
        <source>ffn norm</source>
        <translation>前馈 norm</translation>
    </message>
    <message>
        <source>ffn gate</source>
        <translation>前馈 gate</translation>
    </message>
    <message>
        <source>ffn up</source>
        <translation>前馈 up</translation>
    </message>
    <message>
        <source>ffn gate+up</source>
        <translation>前馈 gate+up</translation>
    </message>
    <message>
        <source>ffn down</source>
        <translation>前馈 down</translation>
    </message>
    <message>
        <source>post-ffn norm</source>
        <translation>前馈后 norm</translation>
    </message>
    <message>
        <source>output norm</source>
        <translation>输出 norm</translation>
    </message>
    <message>
        <source>output head</source>
        <translation>输出层</translation>
    </message>
    <message>
        <source>rope factors</source>
        <translation>RoPE 因子</translation>
    </message>
    <message>
        <source>other</source>
        <translation>其他</translation>
    </message>
    <message>
        <source>%1 bias</source>
        <comment>the bias of a linear</comment>
        <translation>%1 偏置</translation>
    </message>
    <message>
        <source>Layer %1</source>
        <translation>第 %1 层</translation>
    </message>
    <message>
        <source>Embeddings</source>
        <translation>嵌入</translation>
    </message>
    <message>
        <source>Other</source>
        <translation>其他</translation>
    </message>
    <message>
        <source>Output</source>
        <translation>输出</translation>
    </message>
</context>
<context>
    <name>ql::gui::RoleText</name>
    <message>
        <source>scale of the block</source>
        <translation>块的缩放因子</translation>
    </message>
    <message>
        <source>minimum of the block</source>
        <translation>块的最小值</translation>
    </message>
    <message>
        <source>scale of a sub-block</source>
        <translation>子块的缩放因子</translation>
    </message>
    <message>
        <source>minimum of a sub-block</source>
        <translation>子块的最小值</translation>
    </message>
    <message>
        <source>code</source>
        <translation>编码</translation>
    </message>
    <message>
        <source>high bits of a code</source>
        <translation>编码的高位</translation>
    </message>
    <message>
        <source>codes as digits of base 3</source>
        <translation>三进制数位编码</translation>
    </message>
</context>
<context>
    <name>ql::gui::RoundingChoice</name>
    <message>
        <source>nearest</source>
        <translation>就近</translation>
    </message>
    <message>
        <source>Rounding</source>
        <translation>舍入</translation>
    </message>
    <message>
        <source>To nearest, every weight for itself; or GPTQ: column by column, and what a column&apos;s rounding does to the output is made up for by the columns after it. GPTQ needs a calibration text.</source>
        <translation>就近舍入时每个权重各自舍入；GPTQ 则逐列舍入，由后面的列补偿某一列的舍入对输出的影响。GPTQ 需要校准文本。</translation>
    </message>
    <message>
        <source>Damping</source>
        <translation>阻尼</translation>
    </message>
    <message>
        <source>Added to the diagonal of the inputs&apos; Gram matrix, as a share of its mean: more trusts the calibration text less. Raised by itself where the matrix cannot be factorised.</source>
        <translation>加在输入 Gram 矩阵的对角线上，以对角线均值的百分比表示：越大就越不依赖校准文本。矩阵无法分解时会自动加大。</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>顺序</translation>
    </message>
    <message>
        <source>Order of columns</source>
        <translation>列的顺序</translation>
    </message>
    <message>
        <source>Columns with strong inputs first leaves more columns to make up for them. Every order gives a file that any runtime reads.</source>
        <translation>先舍入输入较强的列，就有更多的列来补偿它们。无论哪种顺序，得到的文件任何推理程序都能读取。</translation>
    </message>
    <message>
        <source>left to right</source>
        <translation>从左到右</translation>
    </message>
    <message>
        <source>strong first, scales from before</source>
        <translation>强者优先，缩放因子事先确定</translation>
    </message>
    <message>
        <source>strong groups first</source>
        <translation>强组优先</translation>
    </message>
    <message>
        <source>each block on its own</source>
        <translation>各块独立</translation>
    </message>
    <message>
        <source>Inputs come from the original model, not from the blocks before that are quantized already.</source>
        <translation>输入来自原始模型，而不是来自前面已量化的块。</translation>
    </message>
    <message>
        <source>fit scales once more</source>
        <translation>重新拟合缩放因子</translation>
    </message>
    <message>
        <source>After rounding, scales are chosen anew for the codes that were found, by least squared error of the output.</source>
        <translation>舍入之后，针对得到的编码重新选取缩放因子，使输出的平方误差最小。</translation>
    </message>
    <message>
        <source>Columns also make up for what quantized blocks before have changed about their inputs, so that outputs come nearer to those of the original model; it goes with neither of the two above.</source>
        <translation>各列还会补偿前面已量化的块给输入带来的变化，使输出更接近原模型的输出；不能与上面两项同时使用。</translation>
    </message>
</context>
<context>
    <name>ql::gui::RuleEditor</name>
    <message>
        <source>Rules</source>
        <translation>规则</translation>
    </message>
    <message>
        <source>Tensors whose name matches get another scheme. Where several rules match, the last one wins.</source>
        <translation>名称匹配的张量改用另一方案。多条规则都匹配时，以最后一条为准。</translation>
    </message>
    <message>
        <source>Rules of the scheme</source>
        <translation>方案的规则</translation>
    </message>
    <message>
        <source>for example ffn_down=q6_k</source>
        <translation>例如 ffn_down=q6_k</translation>
    </message>
    <message>
        <source>Rule as text</source>
        <translation>规则文本</translation>
    </message>
    <message>
        <source>pattern=scheme, then Return. A pattern is part of a tensor&apos;s name, a glob such as blk.0.*, or a /regular expression/; llama.cpp&apos;s --tensor-type options can be pasted, one or many. “keep” instead of a scheme keeps the stored type.</source>
        <translation>写 模式=方案，然后按回车。模式可以是张量名称的一部分、blk.0.* 这样的通配符，或 /正则表达式/；也可以粘贴一条或多条 llama.cpp 的 --tensor-type 选项。用 keep 代替方案则保持存储类型。</translation>
    </message>
    <message>
        <source>Move the rule up</source>
        <translation>上移规则</translation>
    </message>
    <message>
        <source>Move the rule up (Alt+Up)</source>
        <translation>上移规则（Alt+↑）</translation>
    </message>
    <message>
        <source>Move the rule down</source>
        <translation>下移规则</translation>
    </message>
    <message>
        <source>Move the rule down (Alt+Down)</source>
        <translation>下移规则（Alt+↓）</translation>
    </message>
    <message>
        <source>Remove the rule</source>
        <translation>删除规则</translation>
    </message>
    <message>
        <source>Remove the rule (Delete)</source>
        <translation>删除规则（Delete）</translation>
    </message>
</context>
<context>
    <name>ql::gui::RuleList</name>
    <message>
        <source>keep</source>
        <translation>保持</translation>
    </message>
    <message>
        <source>Rule %1: %2</source>
        <translation>规则 %1：%2</translation>
    </message>
    <message numerus="yes">
        <source>It decides for %n tensor(s); where several rules match, the last one wins.</source>
        <translation>
            <numerusform>它决定 %n 个张量；多条规则都匹配时，以最后一条为准。</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ql::gui::SampleMap</name>
    <message>
        <source>sample %1, token %2</source>
        <translation>样本 %1，词元 %2</translation>
    </message>
    <message>
        <source>channel %1 · %2 · x = %3</source>
        <translation>通道 %1 · %2 · x = %3</translation>
    </message>
    <message>
        <source>channel %1 · %2, %3 · x = %4</source>
        <extracomment>a channel, where a token stands, its text, a value</extracomment>
        <translation>通道 %1 · %2，%3 · x = %4</translation>
    </message>
    <message>
        <source>Point at a cell to read its value; a click chooses its channel.</source>
        <translation>指向一格可读出其值；单击选择它的通道。</translation>
    </message>
    <message>
        <source>Tokens × channels</source>
        <translation>词元 × 通道</translation>
    </message>
    <message>
        <source>log colours</source>
        <translation>颜色取对数</translation>
    </message>
    <message>
        <source>Colours on a logarithmic scale</source>
        <translation>颜色用对数刻度</translation>
    </message>
    <message>
        <source>Show the whole map (0)</source>
        <translation>显示整张图 (0)</translation>
    </message>
    <message>
        <source>Show the whole map</source>
        <translation>显示整张图</translation>
    </message>
    <message>
        <source>Map of tokens and channels</source>
        <translation>词元与通道的图</translation>
    </message>
    <message>
        <source>&lt;p&gt;A row for each of the sampled tokens, a column for each input channel; bright is a large magnitude. The tokens are drawn evenly from the whole text, always the same ones.&lt;/p&gt;&lt;p&gt;&lt;b&gt;Bright columns&lt;/b&gt; are outlier channels: they are large for nearly every token, so that a scale for each token does not help, but scaling the channel (SmoothQuant, AWQ) does. &lt;b&gt;Bright rows&lt;/b&gt; are single tokens, often the first of a text or a full stop.&lt;/p&gt;</source>
        <translation>&lt;p&gt;每个抽取的词元一行，每个输入通道一列；越亮幅值越大。词元均匀地取自全文，总是同样的那些。&lt;/p&gt;&lt;p&gt;&lt;b&gt;亮的列&lt;/b&gt;是离群通道：几乎对每个词元都大，所以逐词元的缩放因子无济于事，缩放通道（SmoothQuant、AWQ）才有用。&lt;b&gt;亮的行&lt;/b&gt;是个别词元，往往是文本的第一个或句号。&lt;/p&gt;</translation>
    </message>
</context>
<context>
    <name>ql::gui::SchemeDock</name>
    <message>
        <source>Textbook Variants</source>
        <translation>教科书变体</translation>
    </message>
    <message>
        <source>Symmetric, 8 bits</source>
        <translation>对称，8 位</translation>
    </message>
    <message>
        <source>Symmetric, 4 bits</source>
        <translation>对称，4 位</translation>
    </message>
    <message>
        <source>Asymmetric, 8 bits</source>
        <translation>非对称，8 位</translation>
    </message>
    <message>
        <source>Asymmetric, 4 bits</source>
        <translation>非对称，4 位</translation>
    </message>
    <message>
        <source>Q4_0 by max/7</source>
        <translation>Q4_0，按 max/7</translation>
    </message>
    <message>
        <source>Type a Scheme…</source>
        <translation>输入方案…</translation>
    </message>
    <message>
        <source>Schemes</source>
        <translation>方案</translation>
    </message>
    <message>
        <source>Add scheme…</source>
        <translation>添加方案…</translation>
    </message>
    <message>
        <source>Compare another scheme (%1 at most)</source>
        <translation>再对比一个方案（最多 %1 个）</translation>
    </message>
    <message>
        <source>Duplicate the selected scheme</source>
        <translation>复制所选方案</translation>
    </message>
    <message>
        <source>Remove the selected scheme (Delete)</source>
        <translation>移除所选方案（Delete）</translation>
    </message>
    <message>
        <source>Remove the selected scheme</source>
        <translation>移除所选方案</translation>
    </message>
    <message>
        <source>Schemes being compared</source>
        <translation>正在对比的方案</translation>
    </message>
    <message>
        <source>New scheme as text</source>
        <translation>用文本输入新方案</translation>
    </message>
    <message>
        <source>no importance matrix</source>
        <translation>没有重要性矩阵</translation>
    </message>
    <message>
        <source>Schemes that are weighted by importance need one.</source>
        <translation>按重要性加权的方案需要它。</translation>
    </message>
    <message numerus="yes">
        <source>%n entry(s)</source>
        <translation>
            <numerusform>%n 个条目</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n chunk(s)</source>
        <translation>
            <numerusform>%n 个分块</numerusform>
        </translation>
    </message>
    <message>
        <source>imatrix: %1, %2, %3</source>
        <comment>file, entries, chunks</comment>
        <translation>imatrix：%1，%2，%3</translation>
    </message>
    <message>
        <source>made of %1</source>
        <comment>a text</comment>
        <translation>由 %1 制作</translation>
    </message>
    <message>
        <source>Recipes: Q2_K … Q8_0</source>
        <translation>配方：Q2_K … Q8_0</translation>
    </message>
    <message>
        <source>Integers</source>
        <translation>整数</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>选择…</translation>
    </message>
    <message>
        <source>Open an importance matrix (imatrix) as llama.cpp&apos;s tools make it</source>
        <translation>打开由 llama.cpp 工具制作的重要性矩阵（imatrix）</translation>
    </message>
    <message>
        <source>Choose an importance matrix</source>
        <translation>选择重要性矩阵</translation>
    </message>
    <message>
        <source>Work without the importance matrix</source>
        <translation>不使用重要性矩阵</translation>
    </message>
    <message>
        <source>Importance matrix</source>
        <translation>重要性矩阵</translation>
    </message>
    <message>
        <source>for example q4_k_m or int4:g64:asym</source>
        <translation>例如 q4_k_m 或 int4:g64:asym</translation>
    </message>
    <message>
        <source>calibration</source>
        <translation>校准</translation>
    </message>
</context>
<context>
    <name>ql::gui::SchemeEditor</name>
    <message>
        <source>reference (as ggml)</source>
        <translation>参考（同 ggml）</translation>
    </message>
    <message>
        <source>reference (min–max)</source>
        <translation>参考（最小/最大）</translation>
    </message>
    <message>
        <source>reference (abs-max)</source>
        <translation>参考（绝对值最大）</translation>
    </message>
    <message>
        <source>int%1</source>
        <translation>int%1</translation>
    </message>
    <message>
        <source>textbook symmetric</source>
        <translation>教科书对称</translation>
    </message>
    <message>
        <source>textbook asymmetric</source>
        <translation>教科书非对称</translation>
    </message>
    <message>
        <source>textbook Q4_0</source>
        <translation>教科书 Q4_0</translation>
    </message>
    <message>
        <source>per group</source>
        <translation>分组</translation>
    </message>
    <message>
        <source>per channel</source>
        <translation>逐通道</translation>
    </message>
    <message>
        <source>per tensor</source>
        <translation>逐张量</translation>
    </message>
    <message>
        <source>symmetric</source>
        <translation>对称</translation>
    </message>
    <message>
        <source>symmetric, narrow</source>
        <translation>对称（窄范围）</translation>
    </message>
    <message>
        <source>asymmetric</source>
        <translation>非对称</translation>
    </message>
    <message>
        <source>Transform</source>
        <translation>变换</translation>
    </message>
    <message>
        <source>What is done to the weights first, without changing what the model computes.</source>
        <translation>先对权重做什么，而不改变模型的计算结果。</translation>
    </message>
    <message>
        <source>Grid</source>
        <translation>网格</translation>
    </message>
    <message>
        <source>Which values can be stored.</source>
        <translation>可以存储哪些值。</translation>
    </message>
    <message>
        <source>Bits</source>
        <translation>位数</translation>
    </message>
    <message>
        <source>Bits of a code.</source>
        <translation>一个编码的位数。</translation>
    </message>
    <message>
        <source>Granularity</source>
        <translation>粒度</translation>
    </message>
    <message>
        <source>Which weights share a scale.</source>
        <translation>哪些权重共用一个缩放因子。</translation>
    </message>
    <message>
        <source>Group size</source>
        <translation>分组大小</translation>
    </message>
    <message>
        <source>Weights along a row that share a scale.</source>
        <translation>同一行中共用一个缩放因子的权重个数。</translation>
    </message>
    <message>
        <source>Symmetry</source>
        <translation>对称性</translation>
    </message>
    <message>
        <source>Whether the levels lie around zero or between the smallest and the largest weight.</source>
        <translation>各档是围绕零，还是分布在最小和最大权重之间。</translation>
    </message>
    <message>
        <source>Scale type</source>
        <translation>缩放因子类型</translation>
    </message>
    <message>
        <source>How the scale itself is stored; it is rounded to this type before codes are chosen.</source>
        <translation>缩放因子本身如何存储；在选定编码之前先舍入到此类型。</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>拟合</translation>
    </message>
    <message>
        <source>How scale and offset of a block are chosen.</source>
        <translation>如何选定一个块的缩放因子和偏移。</translation>
    </message>
    <message>
        <source>Rounding</source>
        <translation>舍入</translation>
    </message>
    <message>
        <source>How each weight picks its level.</source>
        <translation>每个权重如何选定所在的档。</translation>
    </message>
    <message>
        <source>Activations</source>
        <translation>激活</translation>
    </message>
    <message>
        <source>none</source>
        <comment>no transform</comment>
        <translation>无</translation>
    </message>
    <message>
        <source>as they are</source>
        <translation>保持不变</translation>
    </message>
    <message>
        <source>Canonical text of the scheme</source>
        <translation>方案的规范文本</translation>
    </message>
    <message>
        <source>The scheme as text, for the command line and for others. Edit it and press Return.</source>
        <translation>方案的文本形式，可用于命令行，也便于告诉别人。编辑后按回车。</translation>
    </message>
    <message>
        <source>Copy the text</source>
        <translation>复制文本</translation>
    </message>
    <message>
        <source>How %1 quantizes</source>
        <translation>%1 如何量化</translation>
    </message>
    <message>
        <source>The tensor in view gets %1, by rule %2.</source>
        <comment>a type, a number</comment>
        <translation>当前张量得到 %1，由规则 %2 决定。</translation>
    </message>
    <message>
        <source>The tensor in view gets %1.</source>
        <comment>a type</comment>
        <translation>当前张量得到 %1。</translation>
    </message>
    <message>
        <source>Integers</source>
        <translation>整数</translation>
    </message>
    <message numerus="yes">
        <source>Codes of %n bit(s), and the scale</source>
        <translation>
            <numerusform>%n 位编码，外加缩放因子</numerusform>
        </translation>
    </message>
    <message>
        <source>Textbook</source>
        <translation>教科书</translation>
    </message>
    <message>
        <source>Recipe</source>
        <translation>配方</translation>
    </message>
    <message>
        <source>Which of llama.cpp&apos;s mixtures of types is used.</source>
        <translation>使用 llama.cpp 的哪种类型混合。</translation>
    </message>
    <message>
        <source>The tensor in view keeps its stored type, by rule %1.</source>
        <translation>当前张量按规则 %1 保持其存储类型。</translation>
    </message>
    <message>
        <source>The tensor in view keeps its stored type.</source>
        <translation>当前张量保持其存储类型。</translation>
    </message>
    <message>
        <source>8-bit floats</source>
        <translation>8 位浮点数</translation>
    </message>
    <message>
        <source>FP8 E4M3</source>
        <translation>FP8 E4M3</translation>
    </message>
    <message>
        <source>4 bits of exponent, 3 of fraction: up to 448, for weights and activations</source>
        <translation>4 位指数、3 位尾数：最大 448，用于权重和激活值</translation>
    </message>
    <message>
        <source>FP8 E5M2</source>
        <translation>FP8 E5M2</translation>
    </message>
    <message>
        <source>5 bits of exponent, 2 of fraction: more range, less precision</source>
        <translation>5 位指数、2 位尾数：范围更大，精度更低</translation>
    </message>
    <message>
        <source>per block of 128 × 128</source>
        <translation>按 128 × 128 的块</translation>
    </message>
    <message>
        <source>%1 per token</source>
        <comment>a type of activations</comment>
        <translation>%1，按词元</translation>
    </message>
    <message>
        <source>%1 per sequence</source>
        <comment>a type of activations</comment>
        <translation>%1，按序列</translation>
    </message>
    <message>
        <source>Strength α</source>
        <translation>强度 α</translation>
    </message>
    <message>
        <source>How much of the activations&apos; outliers goes to the weights: 0 nothing, 1 all.</source>
        <translation>激活离群值有多少转移到权重：0 为不转移，1 为全部转移。</translation>
    </message>
    <message>
        <source>%1 static</source>
        <comment>a type of activations</comment>
        <translation>%1，静态</translation>
    </message>
    <message>
        <source>How what the linears read is stored at run time; it is rounded so when the model is run. A scale per sequence stands for one per tensor; a static one comes from a calibration text.</source>
        <translation>线性层读入的内容在运行时如何存储；运行模型时就按这种方式舍入。每个序列一个缩放因子即对应每张量一个；静态的则来自校准文本。</translation>
    </message>
    <message>
        <source>AWQ, by whole modules</source>
        <translation>AWQ（按整个模块）</translation>
    </message>
</context>
<context>
    <name>ql::gui::SchemeExplanation</name>
    <message>
        <source>Full 32-bit floats: nothing is lost.</source>
        <translation>完整的 32 位浮点数：没有任何损失。</translation>
    </message>
    <message>
        <source>Half precision: 11 significant bits, magnitudes from 6e-8 to 65504.</source>
        <translation>半精度：11 位有效位，绝对值从 6e-8 到 65504。</translation>
    </message>
    <message>
        <source>Brain float: the range of a 32-bit float with 8 significant bits. Most models are published in it.</source>
        <translation>bfloat16：取值范围与 32 位浮点数相同，有效位为 8 位。多数模型以此格式发布。</translation>
    </message>
    <message>
        <source>Blocks of 32 weights share one scale. 16 levels from −8 to 7; the weight of largest magnitude lands exactly on −8, so its sign decides the sign of the scale.</source>
        <translation>每 32 个权重为一块，共用一个缩放因子。16 档，从 −8 到 7；绝对值最大的权重正好落在 −8 上，所以它的符号决定缩放因子的符号。</translation>
    </message>
    <message>
        <source>Blocks of 32 weights share a scale and a minimum: 16 levels spread from the smallest to the largest weight of the block.</source>
        <translation>每 32 个权重为一块，共用一个缩放因子和一个最小值：16 档从块中最小的权重铺到最大的权重。</translation>
    </message>
    <message>
        <source>Like Q4_0 with one more bit: 32 levels from −16 to 15 around zero, one scale for 32 weights.</source>
        <translation>类似 Q4_0，多一位：32 档，从 −16 到 15，围绕零，每 32 个权重一个缩放因子。</translation>
    </message>
    <message>
        <source>Like Q4_1 with one more bit: 32 levels from the block&apos;s smallest to its largest weight.</source>
        <translation>类似 Q4_1，多一位：32 档，从块中最小的权重到最大的权重。</translation>
    </message>
    <message>
        <source>Blocks of 32 weights share one scale; 8-bit codes from −127 to 127. Hardly distinguishable from the original.</source>
        <translation>每 32 个权重为一块，共用一个缩放因子；8 位编码，从 −127 到 127。与原始权重几乎没有差别。</translation>
    </message>
    <message>
        <source>One scale for the whole tensor: a single outlier coarsens every weight.</source>
        <translation>整个张量共用一个缩放因子：一个离群值就会让所有权重变粗糙。</translation>
    </message>
    <message>
        <source>One scale for each output channel (row of the matrix).</source>
        <translation>每个输出通道（矩阵的一行）一个缩放因子。</translation>
    </message>
    <message numerus="yes">
        <source>One scale for every %n weight(s) along a row.</source>
        <translation>
            <numerusform>同一行中每 %n 个权重一个缩放因子。</numerusform>
        </translation>
    </message>
    <message>
        <source>Symmetric: zero is a level, and codes from %1 to %2 cover both sides; s = 2a/(2^%3 − 1) with a = max |w|.</source>
        <translation>对称：零是其中一档，编码从 %1 到 %2 覆盖两侧；s = 2a/(2^%3 − 1)，a = max |w|。</translation>
    </message>
    <message>
        <source>Symmetric, narrow: codes from −%1 to %1, the lowest code stays unused; s = max |w| / %1.</source>
        <translation>对称（窄范围）：编码从 −%1 到 %1，最低的编码不用；s = max |w| / %1。</translation>
    </message>
    <message>
        <source>Asymmetric: %1 levels from the smallest to the largest weight, shifted by an integer zero point.</source>
        <translation>非对称：%1 档，从最小的权重到最大的权重，由整数零点平移。</translation>
    </message>
    <message>
        <source>Q4_0 as textbooks tell it: scale max |w| / 7, so the level −8 is wasted.</source>
        <translation>教科书上的 Q4_0：缩放因子为 max |w| / 7，因此 −8 这一档被浪费。</translation>
    </message>
    <message>
        <source>Symmetric rounding as in a textbook: one scale for the whole tensor.</source>
        <translation>教科书上的对称量化：整个张量一个缩放因子。</translation>
    </message>
    <message>
        <source>Asymmetric rounding as in a textbook: one scale and one zero point for the whole tensor.</source>
        <translation>教科书上的非对称量化：整个张量一个缩放因子和一个零点。</translation>
    </message>
    <message>
        <source>Here to show what the simplification costs; no runtime stores it, so it cannot be exported.</source>
        <translation>用来展示这种简化的代价；没有运行时能存储它，所以不能导出。</translation>
    </message>
    <message>
        <source>%1 bits per weight</source>
        <translation>%1 位/权重</translation>
    </message>
    <message>
        <source>K-quant: super-blocks of 256 weights in sub-blocks of 16, each with a 4-bit scale and a 4-bit minimum; 4 levels. The smallest of the K-quants, with a clear loss.</source>
        <translation>K-quant：256 个权重为一个超级块，分为 16 个一组的子块，各有 4 位缩放因子和 4 位最小值；4 档。K-quant 中最小的，损失明显。</translation>
    </message>
    <message>
        <source>K-quant: super-blocks of 256 weights in sub-blocks of 16, each with a 6-bit scale; 8 levels from −4 to 3 and no minimum.</source>
        <translation>K-quant：256 个权重为一个超级块，分为 16 个一组的子块，各有 6 位缩放因子；从 −4 到 3 共 8 档，没有最小值。</translation>
    </message>
    <message>
        <source>K-quant: super-blocks of 256 weights in sub-blocks of 32, each with a 6-bit scale and a 6-bit minimum; 16 levels. Two half-precision numbers scale the scales.</source>
        <translation>K-quant：256 个权重为一个超级块，分为 32 个一组的子块，各有 6 位缩放因子和 6 位最小值；16 档。两个半精度数再缩放这些缩放因子。</translation>
    </message>
    <message>
        <source>K-quant: Q4_K with one more bit, 32 levels.</source>
        <translation>K-quant：比 Q4_K 多一位，共 32 档。</translation>
    </message>
    <message>
        <source>K-quant: super-blocks of 256 weights in sub-blocks of 16, each with an 8-bit scale; 64 levels around zero. Close to the original.</source>
        <translation>K-quant：256 个权重为一个超级块，分为 16 个一组的子块，各有 8 位缩放因子；以零为中心共 64 档。接近原始权重。</translation>
    </message>
    <message>
        <source>Blocks of 32 weights share one scale. The 16 levels are not even: a table puts them closer together near zero, where most weights are.</source>
        <translation>每 32 个权重共用一个缩放因子。16 档并不均匀：查表得到，在权重最多的零附近更密。</translation>
    </message>
    <message>
        <source>The uneven 16 levels of IQ4_NL in super-blocks of 256 weights, with a 6-bit scale for every 32.</source>
        <translation>IQ4_NL 的 16 个非均匀档位，256 个权重为一个超级块，每 32 个有一个 6 位缩放因子。</translation>
    </message>
    <message>
        <source>4-bit floats (E2M1: 0, 0.5, 1, 1.5, 2, 3, 4, 6 and their negatives); 32 weights share a scale that is a power of two. A standard of the Open Compute Project.</source>
        <translation>4 位浮点（E2M1：0、0.5、1、1.5、2、3、4、6 及其相反数）；32 个权重共用一个 2 的幂作缩放因子。开放计算项目（OCP）的标准。</translation>
    </message>
    <message>
        <source>4-bit floats (E2M1) as in MXFP4, but only 16 weights share a scale, which is an 8-bit float and no longer a power of two.</source>
        <translation>与 MXFP4 相同的 4 位浮点（E2M1），但只有 16 个权重共用缩放因子，它是 8 位浮点，不再限于 2 的幂。</translation>
    </message>
    <message>
        <source>Ternary: −1, 0 or 1 times one scale for 256 weights, five digits to a byte. Made for models that were trained ternary; others fall apart.</source>
        <translation>三值：−1、0 或 1 乘以 256 个权重共用的缩放因子，五位三进制数存为一字节。为按三值训练的模型而设；其他模型会失效。</translation>
    </message>
    <message>
        <source>Ternary: −1, 0 or 1 times one scale for 256 weights, two bits each: larger than TQ1_0 and faster to read. For models that were trained ternary.</source>
        <translation>三值：−1、0 或 1 乘以 256 个权重共用的缩放因子，每个两位：比 TQ1_0 大，但读取更快。用于按三值训练的模型。</translation>
    </message>
    <message>
        <source>Binary: plus or minus one scale for 128 weights. For models that were trained so.</source>
        <translation>二值：正或负的缩放因子，128 个权重共用。用于如此训练的模型。</translation>
    </message>
    <message>
        <source>Two bits: −1, 0, 1 or 2 times one scale for 64 weights.</source>
        <translation>两位：−1、0、1 或 2 乘以 64 个权重共用的缩放因子。</translation>
    </message>
    <message>
        <source>Search: of many scales for each block the one with the least squared error is kept. Slower to make; just as large and as fast to use.</source>
        <translation>搜索：为每块尝试许多缩放因子，保留平方误差最小的一个。制作较慢；大小和使用速度不变。</translation>
    </message>
    <message>
        <source>Weighted: errors count more in columns whose inputs are large, as the importance matrix says.</source>
        <translation>加权：按重要性矩阵，输入较大的列的误差权重更大。</translation>
    </message>
    <message>
        <source>Every tensor keeps its stored type, except where a rule says otherwise.</source>
        <translation>除规则另有规定外，每个张量保持存储类型。</translation>
    </message>
    <message>
        <source>llama.cpp&apos;s mixture: most matrices as %1, those that suffer most in a larger type, embeddings and output included. The model tree shows who gets what.</source>
        <translation>llama.cpp 的混合：多数矩阵用 %1，受损最重的用更大的类型，嵌入和输出也包括在内。模型树显示每个张量得到什么。</translation>
    </message>
    <message>
        <source>GPTQ: columns are rounded one after the other, and those after a column make up for what its rounding does to the output.</source>
        <translation>GPTQ：逐列舍入，后面的列补偿前面各列的舍入对输出的影响。</translation>
    </message>
    <message>
        <source>One scale for the whole tensor: levels are closer near zero, so outliers cost less than on integers.</source>
        <translation>整个张量一个缩放因子：档位在零附近更密，因此离群值的代价比整数网格小。</translation>
    </message>
    <message>
        <source>One scale for every block of 128 × 128 weights.</source>
        <translation>每个 128 × 128 的权重块一个缩放因子。</translation>
    </message>
    <message>
        <source>8-bit floats: %1 bits of exponent, %2 of fraction, rounded to nearest even; s = max |w| / %3.</source>
        <translation>8 位浮点数：%1 位指数、%2 位尾数，最近舍入（平局取偶）；s = max |w| / %3。</translation>
    </message>
    <message>
        <source>Activations: what each linear reads is rounded too, with a scale for every token.</source>
        <translation>激活值：每个线性层读取的内容也被舍入，每个词元一个缩放因子。</translation>
    </message>
    <message>
        <source>Activations: what each linear reads is rounded too, with one scale for a whole sequence, which an outlier channel coarsens.</source>
        <translation>激活值：每个线性层读取的内容也被舍入，整个序列共用一个缩放因子，离群通道会使其变粗。</translation>
    </message>
    <message>
        <source>AWQ: columns that read large activations are stored larger, by what gives the least error of the output, and the activations are made smaller where they come from.</source>
        <translation>AWQ：激活较大的列以放大后的数值存储，放大倍数取使输出误差最小者，而激活则在产生处相应缩小。</translation>
    </message>
    <message>
        <source>SmoothQuant: outliers are moved from activations to weights, so that both can be stored in 8 bits.</source>
        <translation>SmoothQuant：把离群值从激活转移到权重，使两者都能以 8 位存储。</translation>
    </message>
    <message>
        <source>Clipped: weights are kept within bounds that give the least error of the output.</source>
        <translation>截断：把权重限制在使输出误差最小的范围内。</translation>
    </message>
    <message>
        <source>Scales are fitted with errors weighted by the strength of the same inputs; an importance matrix would take their place.</source>
        <translation>拟合缩放因子时，误差按同一批输入的强弱加权；若指定重要性矩阵，则改用重要性矩阵。</translation>
    </message>
    <message>
        <source>Activations: what each linear reads is rounded too, with one scale for all texts that a calibration has found: nothing to compute while the model runs, and what reaches further saturates.</source>
        <translation>激活值：每个线性层读取的值也会舍入，所有文本共用一个由校准得出的缩放因子：模型运行时无需计算，超出范围的值会饱和。</translation>
    </message>
    <message>
        <source>GPTAQ: they also make up for what quantized blocks before have changed about the inputs.</source>
        <translation>GPTAQ：它们还会补偿前面已量化的块给输入带来的变化。</translation>
    </message>
    <message>
        <source>The output is that of the whole attention or MLP, as in the method&apos;s first implementation.</source>
        <translation>这里的输出指整个注意力模块或 MLP 的输出，与该方法最初的实现一致。</translation>
    </message>
</context>
<context>
    <name>ql::gui::SizesTable</name>
    <message>
        <source>as stored</source>
        <translation>原样</translation>
    </message>
    <message>
        <source>One type covers the decoder&apos;s linears (a float type every matrix), a recipe chooses for every tensor</source>
        <translation>单一类型覆盖解码器的线性层（浮点类型则覆盖每个矩阵），配方为每个张量选择类型</translation>
    </message>
    <message>
        <source>Bits per weight of all tensors, kept ones included</source>
        <translation>全部张量（含保持不变的）的每权重位数</translation>
    </message>
    <message>
        <source>All tensors, without file headers</source>
        <translation>全部张量，不含文件头</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>格式</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>%1 (recipe)</source>
        <extracomment>a recipe, which may have the same name as a type</extracomment>
        <translation>%1（配方）</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <extracomment>an estimate and by how much it is wrong: 3.2 MB (−12 %)</extracomment>
        <translation>%1 (%2)</translation>
    </message>
    <message>
        <source>Heads of %1 values are no whole blocks of %2.</source>
        <translation>含 %1 个值的头不是 %2 的整数个块。</translation>
    </message>
    <message>
        <source>%1 layers × %2 KV heads × %3 values × 2 (key and value) × %4 tokens × %5 bytes = %6 bytes</source>
        <translation>%1 层 × %2 个 KV 头 × %3 个值 × 2（键和值）× %4 个词元 × %5 字节 = %6 字节</translation>
    </message>
    <message>
        <source>%1 of all tensors; %2 of those that it covers</source>
        <translation>全部张量 %1；所覆盖的张量 %2</translation>
    </message>
    <message>
        <source>%1 parameters × %2 bits ÷ 8 = %3 bytes: the sum over all tensors, each with the type that it gets</source>
        <translation>%1 个参数 × %2 位 ÷ 8 = %3 字节：所有张量按各自类型求和</translation>
    </message>
    <message>
        <source>%1 bytes of weights + %2 bytes of KV cache = %3 bytes</source>
        <translation>权重 %1 字节 + KV 缓存 %2 字节 = %3 字节</translation>
    </message>
    <message>
        <source>%1 parameters × %2 bits ÷ 8 × %3 = %4 bytes, %5 of the exact size. The estimate knows neither what scales take nor which tensors keep their type.</source>
        <translation>%1 个参数 × %2 位 ÷ 8 × %3 = %4 字节，为精确大小的 %5。这种估算既不知道缩放因子占多少，也不知道哪些张量保持原类型。</translation>
    </message>
    <message>
        <source>The plan has no type of its own to estimate from.</source>
        <translation>该计划没有可供估算的类型。</translation>
    </message>
    <message>
        <source>Keys and values of the tokens in the context</source>
        <translation>上下文中各词元的键和值</translation>
    </message>
    <message>
        <source>Weights and KV cache; runtimes add buffers of their own</source>
        <translation>权重和 KV 缓存；运行时还会另加缓冲区</translation>
    </message>
    <message>
        <source>The textbook estimate, parameters × bits ÷ 8 and a tenth more, and how far it is from the exact size</source>
        <translation>教科书式估算（参数 × 位数 ÷ 8，再加十分之一），以及它与精确大小相差多少</translation>
    </message>
    <message>
        <source>Bits/weight</source>
        <translation>位/权重</translation>
    </message>
    <message>
        <source>KV cache</source>
        <translation>KV 缓存</translation>
    </message>
    <message>
        <source>Total</source>
        <translation>合计</translation>
    </message>
    <message>
        <source>Estimate</source>
        <translation>估算</translation>
    </message>
    <message>
        <source>(%1 layers × %2 tokens + %3 layers with a sliding window × %4 tokens) × %5 KV heads × %6 values × 2 (key and value) × %7 bytes = %8 bytes. A layer with a window has room for the window and for %9 tokens that are computed at once, as in llama.cpp.</source>
        <translation>（%1 层 × %2 个词元 + %3 个滑动窗口层 × %4 个词元）× %5 个 KV 头 × %6 个值 × 2（键和值）× %7 字节 = %8 字节。与 llama.cpp 一样，带窗口的层能容纳窗口内的词元和一次计算的 %9 个词元。</translation>
    </message>
</context>
<context>
    <name>ql::gui::SmoothView</name>
    <message>
        <source>largest |x| before</source>
        <translation>之前最大的 |x|</translation>
    </message>
    <message>
        <source>largest |x| after</source>
        <translation>之后最大的 |x|</translation>
    </message>
    <message>
        <source>largest |w| before</source>
        <translation>之前最大的 |w|</translation>
    </message>
    <message>
        <source>largest |w| after</source>
        <translation>之后最大的 |w|</translation>
    </message>
    <message>
        <source>activations stand out %1× before, %2× after</source>
        <translation>激活值的突出程度：之前 %1 倍，之后 %2 倍</translation>
    </message>
    <message>
        <source>weights %1× before, %2× after</source>
        <translation>权重：之前 %1 倍，之后 %2 倍</translation>
    </message>
    <message>
        <source>Largest activations and weights of every channel</source>
        <translation>每个通道最大的激活值和权重</translation>
    </message>
    <message>
        <source>α = %1</source>
        <translation>α = %1</translation>
    </message>
    <message>
        <source>Largest values of every channel</source>
        <translation>每个通道的最大值</translation>
    </message>
    <message>
        <source>input channel, from the largest |x| down</source>
        <translation>输入通道，按 |x| 从大到小</translation>
    </message>
    <message>
        <source>largest magnitude</source>
        <translation>最大幅值</translation>
    </message>
    <message>
        <source>SmoothQuant&apos;s migration</source>
        <translation>SmoothQuant 的转移</translation>
    </message>
    <message>
        <source>Try other strengths of SmoothQuant</source>
        <translation>试算 SmoothQuant 的其他强度</translation>
    </message>
    <message>
        <source>output error</source>
        <translation>输出误差</translation>
    </message>
    <message>
        <source>Output error over SmoothQuant&apos;s strength</source>
        <translation>输出误差随 SmoothQuant 强度的变化</translation>
    </message>
    <message>
        <source>α: how much the weights take over</source>
        <translation>α：权重分担多少</translation>
    </message>
    <message>
        <source>output error, %</source>
        <translation>输出误差，%</translation>
    </message>
    <message>
        <source>on the calibration&apos;s sample the output error is least at α = %1: %2</source>
        <translation>在校准样本上，输出误差在 α = %1 处最小：%2</translation>
    </message>
    <message>
        <source>&lt;p&gt;A few input channels are far larger than all others, and one scale for a whole token must reach them: the others are left with a few steps. SmoothQuant divides each channel by s = max|x|^α / max|w|^(1−α) and multiplies the weights that meet it by the same s. The product stays as it was.&lt;/p&gt;&lt;p&gt;Channels stand in the order of their activations before. With a small α the activations keep their outliers, with a large one the weights get them; at α = 0.5 both end at the same height. A channel stands out by how many times the median one it is.&lt;/p&gt;&lt;p&gt;The second curve shows what every other α would do to the outputs of the linears that read this, on the rows that a calibration kept: weights are rounded to nearest on the scheme&apos;s grid (without GPTQ and clipping), and activations as it says; where a sequence shares one scale, all these rows do.&lt;/p&gt;</source>
        <translation>&lt;p&gt;少数输入通道远大于其他通道，而整个词元共用一个缩放因子，必须覆盖它们，其他通道便只剩几个台阶。SmoothQuant 把每个通道除以 s = max|x|^α / max|w|^(1−α)，并把与之相乘的权重乘以同样的 s，乘积不变。&lt;/p&gt;&lt;p&gt;通道按之前的激活值从大到小排列。α 小时离群值留在激活值里，α 大时则移入权重；α = 0.5 时两者高度相同。突出程度是最大通道与中位通道之比。&lt;/p&gt;&lt;p&gt;第二条曲线是其他 α 给读取这一输入的各线性层造成的输出误差，在校准保留的行上计算：权重在该方案的网格上舍入到最近值（不含 GPTQ 和裁剪），激活值按该方案舍入；若整个序列共用一个缩放因子，则这些行全部共用一个。&lt;/p&gt;</translation>
    </message>
</context>
<context>
    <name>ql::gui::StatTable</name>
    <message>
        <source>Copy table</source>
        <translation>复制表格</translation>
    </message>
</context>
<context>
    <name>ql::gui::TensorNotice</name>
    <message>
        <source>Open a model, or explore the demo model, to see its weights here.</source>
        <translation>打开一个模型，或体验演示模型，即可在此查看其权重。</translation>
    </message>
    <message>
        <source>Choose a tensor in the model tree.</source>
        <translation>请在模型树中选择一个张量。</translation>
    </message>
    <message>
        <source>The values of this tensor cannot be shown. %1</source>
        <translation>无法显示此张量的值。%1</translation>
    </message>
    <message>
        <source>This tensor is empty: it has no values.</source>
        <translation>此张量为空：没有任何值。</translation>
    </message>
    <message>
        <source>Reading the weights…</source>
        <translation>正在读取权重…</translation>
    </message>
</context>
<context>
    <name>ql::gui::TensorTree</name>
    <message>
        <source>%1 · %2 · %3</source>
        <comment>shape, type, size</comment>
        <translation>%1 · %2 · %3</translation>
    </message>
    <message>
        <source>Relative error of %1: %2</source>
        <translation>%1 的相对误差：%2</translation>
    </message>
    <message>
        <source>‖ŵ − w‖ / ‖w‖ of the scheme in focus. Run the comparison (F5) to see it.</source>
        <translation>当前方案的 ‖ŵ − w‖ / ‖w‖。运行对比（F5）后可见。</translation>
    </message>
    <message>
        <source>Tensor</source>
        <translation>张量</translation>
    </message>
    <message>
        <source>Shape</source>
        <translation>形状</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>误差</translation>
    </message>
    <message>
        <source>stored type kept</source>
        <translation>保持存储类型</translation>
    </message>
    <message>
        <source>%1: %2, by rule %3 (%4)</source>
        <comment>scheme: type, by a rule</comment>
        <translation>%1：%2，由规则 %3（%4）决定</translation>
    </message>
    <message>
        <source>%1: stored type kept</source>
        <comment>a scheme</comment>
        <translation>%1：保持存储类型</translation>
    </message>
    <message>
        <source>%1: %2, by the recipe</source>
        <comment>scheme: type</comment>
        <translation>%1：%2，由配方决定</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <comment>scheme: type</comment>
        <translation>%1：%2</translation>
    </message>
    <message>
        <source>What the scheme in focus makes of the tensor: # and a number for the rule that decided, * where it is not what was chosen; muted where the stored type is kept.</source>
        <translation>当前方案给张量的类型：# 加数字是起决定作用的规则，* 表示与所选不同；灰色表示保持存储类型。</translation>
    </message>
    <message>
        <source>Scheme</source>
        <translation>方案</translation>
    </message>
</context>
<context>
    <name>ql::gui::WeightsPage</name>
    <message>
        <source>Weights</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>Distribution, channels and statistics of one tensor</source>
        <translation>单个张量的分布、通道和统计</translation>
    </message>
    <message>
        <source>original</source>
        <translation>原始</translation>
    </message>
    <message>
        <source>Histogram of the weights</source>
        <translation>权重直方图</translation>
    </message>
    <message>
        <source>%1 weights from %2 to %3, mean %4, standard deviation %5</source>
        <translation>%1 个权重，从 %2 到 %3，平均值 %4，标准差 %5</translation>
    </message>
    <message>
        <source>%1 stores each value by itself: it has no block grid.</source>
        <translation>%1 逐个存储每个值：没有块网格。</translation>
    </message>
    <message>
        <source>input channel</source>
        <translation>输入通道</translation>
    </message>
    <message>
        <source>output channel</source>
        <translation>输出通道</translation>
    </message>
    <message>
        <source>%1, by rank</source>
        <translation>%1，按名次</translation>
    </message>
    <message>
        <source>largest |w|</source>
        <translation>最大 |w|</translation>
    </message>
    <message>
        <source>Largest in input channel %1: %2</source>
        <translation>最大值在输入通道 %1：%2</translation>
    </message>
    <message>
        <source>Largest in output channel %1: %2</source>
        <translation>最大值在输出通道 %1：%2</translation>
    </message>
    <message>
        <source>%1, %2 times the median channel.</source>
        <translation>%1，是中位通道的 %2 倍。</translation>
    </message>
    <message>
        <source>Largest magnitude of every channel</source>
        <translation>每个通道的最大绝对值</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <comment>a count and its share</comment>
        <translation>%1（%2）</translation>
    </message>
    <message>
        <source>count</source>
        <translation>个数</translation>
    </message>
    <message>
        <source>Number of values</source>
        <translation>元素个数</translation>
    </message>
    <message>
        <source>mean</source>
        <translation>平均值</translation>
    </message>
    <message>
        <source>σ</source>
        <translation>σ</translation>
    </message>
    <message>
        <source>Standard deviation</source>
        <translation>标准差</translation>
    </message>
    <message>
        <source>skewness</source>
        <translation>偏度</translation>
    </message>
    <message>
        <source>0 for a symmetric distribution; positive when the right tail is longer</source>
        <translation>对称分布为 0；右尾更长时为正</translation>
    </message>
    <message>
        <source>kurtosis</source>
        <translation>峰度</translation>
    </message>
    <message>
        <source>Excess kurtosis: 0 for a normal distribution, more when the tails are heavier</source>
        <translation>超额峰度：正态分布为 0，尾部越重越大</translation>
    </message>
    <message>
        <source>min</source>
        <translation>最小值</translation>
    </message>
    <message>
        <source>lower quartile</source>
        <translation>下四分位数</translation>
    </message>
    <message>
        <source>A quarter of the values lies below</source>
        <translation>四分之一的值在其下</translation>
    </message>
    <message>
        <source>median</source>
        <translation>中位数</translation>
    </message>
    <message>
        <source>upper quartile</source>
        <translation>上四分位数</translation>
    </message>
    <message>
        <source>A quarter of the values lies above</source>
        <translation>四分之一的值在其上</translation>
    </message>
    <message>
        <source>max</source>
        <translation>最大值</translation>
    </message>
    <message>
        <source>mean |w|</source>
        <translation>平均 |w|</translation>
    </message>
    <message>
        <source>zeros</source>
        <translation>零的个数</translation>
    </message>
    <message>
        <source>Values that are exactly 0</source>
        <translation>恰好为 0 的值</translation>
    </message>
    <message>
        <source>NaN</source>
        <translation>NaN</translation>
    </message>
    <message>
        <source>Values that are not a number</source>
        <translation>不是数的值</translation>
    </message>
    <message>
        <source>infinite</source>
        <translation>无穷大</translation>
    </message>
    <message>
        <source>beyond 6 σ</source>
        <translation>超出 6 σ</translation>
    </message>
    <message>
        <source>Values farther than six standard deviations from the mean</source>
        <translation>偏离平均值超过六个标准差的值</translation>
    </message>
    <message>
        <source>Distribution</source>
        <translation>分布</translation>
    </message>
    <message>
        <source>log counts</source>
        <translation>计数取对数</translation>
    </message>
    <message>
        <source>Counts on a logarithmic axis</source>
        <translation>计数用对数轴</translation>
    </message>
    <message>
        <source>weight</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>weights per bin</source>
        <translation>每箱权重数</translation>
    </message>
    <message>
        <source>Distribution of the weights</source>
        <translation>权重的分布</translation>
    </message>
    <message>
        <source>&lt;p&gt;Grey: how many of the original weights fall into each bin. Colours: the same for the weights as each scheme decodes them, in the same bins. Click a name in the legend to hide or show it.&lt;/p&gt;&lt;p&gt;The ticks at the foot are the values that the scheme in focus can store in one block: its grid points. Choose the block below. Weights between two ticks are rounded to one of them.&lt;/p&gt;</source>
        <translation>&lt;p&gt;灰色：每个箱里有多少个原始权重。彩色：各方案解码后的权重，用相同的箱。单击图例中的名称可隐藏或显示。&lt;/p&gt;&lt;p&gt;底部的刻度是当前方案在一个块中能存储的值，即网格点。在下方选择块。两个刻度之间的权重舍入到其中之一。&lt;/p&gt;</translation>
    </message>
    <message>
        <source>Grid of row</source>
        <extracomment>a row of the matrix</extracomment>
        <translation>网格点：行</translation>
    </message>
    <message>
        <source>Row whose grid points are shown</source>
        <translation>显示网格点的行</translation>
    </message>
    <message>
        <source>Output channel whose grid points are shown as ticks</source>
        <translation>以刻度显示其网格点的输出通道</translation>
    </message>
    <message>
        <source>block</source>
        <extracomment>weights in a row that share a scale</extracomment>
        <translation>块</translation>
    </message>
    <message>
        <source>Block whose grid points are shown</source>
        <translation>显示网格点的块</translation>
    </message>
    <message>
        <source>Block of columns that share one scale, counted from 0</source>
        <translation>共用一个缩放因子的列块，从 0 数起</translation>
    </message>
    <message>
        <source>Largest magnitude per channel</source>
        <translation>每个通道的最大绝对值</translation>
    </message>
    <message>
        <source>Input channels</source>
        <translation>输入通道</translation>
    </message>
    <message>
        <source>Output channels</source>
        <translation>输出通道</translation>
    </message>
    <message>
        <source>Channels</source>
        <translation>通道</translation>
    </message>
    <message>
        <source>Input channels are the columns of the matrix, output channels its rows</source>
        <translation>输入通道是矩阵的列，输出通道是行</translation>
    </message>
    <message>
        <source>by index</source>
        <translation>按编号</translation>
    </message>
    <message>
        <source>sorted</source>
        <translation>排序</translation>
    </message>
    <message>
        <source>Order of the channels</source>
        <translation>通道的次序</translation>
    </message>
    <message>
        <source>In the order of the matrix, or from the largest down</source>
        <translation>按矩阵中的次序，或从大到小</translation>
    </message>
    <message>
        <source>&lt;p&gt;A block is stored with a scale that fits its largest weight. A channel whose largest weight towers over the others therefore costs accuracy in every block it runs through.&lt;/p&gt;&lt;p&gt;Groups run along the input channels of one row: an outlier in an input channel widens one block of every row, an outlier in an output channel only that row&apos;s.&lt;/p&gt;</source>
        <translation>&lt;p&gt;一个块的缩放因子要容纳其中最大的权重。因此，如果一个通道的最大权重远高于其他通道，它经过的每个块都会损失精度。&lt;/p&gt;&lt;p&gt;分组沿一行的输入通道排列：输入通道中的离群值会撑大每一行的一个块，输出通道中的离群值只影响那一行。&lt;/p&gt;</translation>
    </message>
    <message>
        <source>Statistics</source>
        <translation>统计</translation>
    </message>
    <message>
        <source>&lt;p&gt;Of the original weights, all of them. Mean, σ, skewness and kurtosis are moments of the finite values; quartiles come from a fine histogram and are exact to 1/4096 of the range.&lt;/p&gt;&lt;p&gt;Of a normal distribution about two values in a thousand million lie beyond 6 σ: more are a sign of outliers.&lt;/p&gt;</source>
        <translation>&lt;p&gt;针对全部原始权重。平均值、σ、偏度和峰度是有限值的矩；四分位数来自细直方图，精确到范围的 1/4096。&lt;/p&gt;&lt;p&gt;正态分布中约有十亿分之二的值超出 6 σ：更多就说明有离群值。&lt;/p&gt;</translation>
    </message>
    <message>
        <source>%1 cannot be applied to this tensor.</source>
        <translation>%1 不能用于此张量。</translation>
    </message>
    <message numerus="yes">
        <source>scale %3, %n grid point(s), columns %1–%2</source>
        <extracomment>%1 and %2 are columns; the ticks under the histogram are these grid points</extracomment>
        <translation>
            <numerusform>缩放因子 %3，%n 个网格点，第 %1–%2 列</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ql::gui::WelcomePage</name>
    <message>
        <source>See what quantization does to a language model</source>
        <translation>看看量化对语言模型做了什么</translation>
    </message>
    <message>
        <source>Open a Model…</source>
        <translation>打开模型…</translation>
    </message>
    <message>
        <source>A .safetensors or .gguf file (Ctrl+O)</source>
        <translation>.safetensors 或 .gguf 文件（Ctrl+O）</translation>
    </message>
    <message>
        <source>Open a Folder…</source>
        <translation>打开文件夹…</translation>
    </message>
    <message>
        <source>A model in Hugging Face form: config.json and .safetensors files</source>
        <translation>Hugging Face 形式的模型：config.json 和 .safetensors 文件</translation>
    </message>
    <message>
        <source>Explore the Demo Model</source>
        <translation>体验演示模型</translation>
    </message>
    <message>
        <source>A really trained Llama of 5.8 million parameters, inside the program</source>
        <translation>真实训练过的 Llama，580 万参数，随程序附带</translation>
    </message>
    <message>
        <source>The demo model is small and comes with the program: everything works on it within seconds, without a download.</source>
        <translation>演示模型很小，随程序附带：不用下载，几秒之内就能试遍所有功能。</translation>
    </message>
    <message>
        <source>Recent models</source>
        <translation>最近的模型</translation>
    </message>
    <message>
        <source>Or drop a model file or folder anywhere in this window.</source>
        <translation>也可以把模型文件或文件夹拖放到窗口的任意位置。</translation>
    </message>
    <message>
        <source>Look at any weight matrix, put several quantization schemes side by side, see where each one hurts, and export the one you choose as GGUF or safetensors.</source>
        <translation>查看任意权重矩阵，并排比较多种量化方案，找出各自的短板，并把选定的方案导出为 GGUF 或 safetensors。</translation>
    </message>
</context>
<context>
    <name>ql::gui::Workspace</name>
    <message>
        <source>Open %1</source>
        <translation>打开 %1</translation>
    </message>
    <message>
        <source>Open the demo model</source>
        <translation>打开演示模型</translation>
    </message>
    <message>
        <source>Look at %1</source>
        <translation>分析 %1</translation>
    </message>
    <message>
        <source>%1 on %2</source>
        <comment>a scheme, a tensor</comment>
        <translation>%1 用于 %2</translation>
    </message>
    <message>
        <source>Add %1</source>
        <translation>添加 %1</translation>
    </message>
    <message>
        <source>Duplicate %1</source>
        <translation>复制 %1</translation>
    </message>
    <message>
        <source>Remove %1</source>
        <translation>移除 %1</translation>
    </message>
    <message>
        <source>Change to %1</source>
        <translation>改为 %1</translation>
    </message>
    <message>
        <source>Switch on %1</source>
        <translation>启用 %1</translation>
    </message>
    <message>
        <source>Switch off %1</source>
        <translation>停用 %1</translation>
    </message>
    <message>
        <source>Work out sizes</source>
        <translation>计算大小</translation>
    </message>
    <message numerus="yes">
        <source>Compare %n scheme(s) on the whole model</source>
        <translation>
            <numerusform>在整个模型上对比 %n 个方案</numerusform>
        </translation>
    </message>
    <message>
        <source>Calibrate on %1</source>
        <translation>在 %1 上校准</translation>
    </message>
</context>
</TS>
