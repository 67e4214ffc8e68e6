import Foundation
import TensorIO
import Testing

/// Tests of files as people find them: other element types and orientations, archives, text from Windows, and
/// files that are not what their name says.
@Suite struct ForeignInputTests {
  /// An IDX file of 32-bit integers.
  static func idx32(_ dimensions: [UInt32], _ numbers: [Int]) -> [UInt8] {
    func bytes(_ number: UInt32) -> [UInt8] { (0..<4).map { UInt8(number >> (24 - 8 * $0) & 255) } }
    let header: [UInt8] = [0, 0, 0x0C, UInt8(dimensions.count)]
    let data = numbers.map { UInt32(bitPattern: Int32($0)) }
    return header + (dimensions + data).flatMap(bytes)
  }

  static func file(_ shell: Shell, _ name: String) throws -> TensorFile {
    try TensorFile(shell.folder.appending(path: name).path)
  }

  @Test func `IDX files of 32-bit integers and labels of QMNIST give the tensors of MNIST`() throws
  {
    let shell = try Shell()
    let bytes = idx([12, 4, 5])
    try shell.write("u8", bytes)
    try shell.write("i32", Self.idx32([12, 4, 5], bytes.dropFirst(16).map { Int($0) }))
    // Of ten classes, number 3 has no image.
    let classes = [0, 1, 2, 4, 5, 6, 7, 8, 9, 0, 1, 2]
    try shell.write("qmnist", Self.idx32([12, 8], classes.flatMap { [$0, 77, 1, 2, 3, 4, 5, 6] }))
    let result = try shell.run(
      """
      idx2tensor u8 -o a; gzip -c i32 | idx2tensor -o b; cmp a b
      idx2tensor i32 --labels qmnist -o labelled 2> warnings; cat warnings >&2
      tensor-info labelled; tensor-info --json labelled
      wgan-init --preset mlp-gp --like labelled --batch-size 4 | wgan-step --data labelled --steps 1 > end
      """)
    #expect(
      result.standardError
        == "idx2tensor: warning: no image has label 3 (labels are 0 to 9)\n")
    #expect(try Self.file(shell, "labelled").numbers(of: "labels") == classes.map { Int64($0) })
    #expect(result.text.contains("labels: 2 of 0, 2 of 1, 2 of 2, 0 of 3, 1 of 4, "), "\(result)")
    #expect(
      result.text.contains("\"counts\":{\"0\":2,\"1\":2,\"2\":2,\"3\":0,\"4\":1,"), "\(result)")
  }

  @Test func `options turn images and map their values`() throws {
    let shell = try Shell()
    try shell.write("images", [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6])
    try shell.run(
      """
      idx2tensor images --transpose -o t; idx2tensor images --mirror -o m; idx2tensor images --flip -o f
      idx2tensor images --transpose --mirror -o tm; idx2tensor images --range -4,6 -o r
      """)
    for (name, shape, pixels) in [
      ("t", [1, 1, 3, 2], [1, 4, 2, 5, 3, 6]), ("m", [1, 1, 2, 3], [3, 2, 1, 6, 5, 4]),
      ("f", [1, 1, 2, 3], [4, 5, 6, 1, 2, 3]), ("tm", [1, 1, 3, 2], [4, 1, 5, 2, 6, 3]),
      // 127.5 is rounded up.
      ("r", [1, 1, 2, 3], [128, 153, 179, 204, 230, 255]),
    ] as [(String, [Int], [UInt8])] {
      let file = try Self.file(shell, name)
      #expect(
        file.header["images"]?.shape == shape && file.numbers(of: "images") == pixels, "\(name)")
    }
  }

  @Test func `CIFAR is read from the archive`() throws {
    let shell = try Shell()
    for (batch, count) in [("1", 1), ("2", 2), ("10", 3)] {
      var records: [UInt8] = []
      for index in 0..<count {
        records.append(UInt8(index + count))
        records += [UInt8](repeating: UInt8(10 * count + index), count: 3072)
      }
      try shell.write("data_batch_\(batch).bin", records)
    }
    let result = try shell.run(
      """
      mkdir cifar-10-batches-bin; mv data_batch_* cifar-10-batches-bin
      cp cifar-10-batches-bin/data_batch_1.bin cifar-10-batches-bin/test_batch.bin
      printf '%s\\n' airplane automobile bird cat deer dog frog horse ship truck '' \
        > cifar-10-batches-bin/batches.meta.txt
      mv cifar-10-batches-bin/data_batch_{10,3}.bin
      tar czf cifar.tar.gz cifar-10-batches-bin
      cifar2tensor cifar.tar.gz -o train; cifar2tensor < cifar.tar.gz | cmp - train
      cifar2tensor --test cifar.tar.gz -o test
      cifar2tensor cifar-10-batches-bin/data_batch_{1,2,3}.bin | cmp - train
      tensor-info train
      exits 65 cifar2tensor --classes 100 cifar.tar.gz -o new; absent new new.partial
      exits 64 cifar2tensor --test cifar-10-batches-bin/test_batch.bin -o new; absent new new.partial
      """)
    let train = try Self.file(shell, "train")
    #expect(train.numbers(of: "labels") == [1, 2, 3, 3, 4, 5] as [UInt8])
    #expect(train.header.metadata["label.9"] == "truck")
    #expect(try Self.file(shell, "test").numbers(of: "labels") == [1] as [UInt8])
    // Named classes count even if they have no image.
    #expect(
      result.text.contains(
        "labels: 0 of 0, 1 of 1, 1 of 2, 2 of 3, 1 of 4, 1 of 5, 0 of 6, 0 of 7, "),
      "\(result)")
  }

  @Test func `text of Windows is read like other text`() throws {
    let shell = try workshop()
    try shell.run(
      """
      printf 'dense 9 # hidden\\nrelu\\n\\ndense 1\\n' > unix
      sed 's/$/\\r/' unix > crlf; { printf '\\xEF\\xBB\\xBF'; cat unix; } > bom
      { printf '\\xEF\\xBB\\xBF'; cat crlf; } > both
      for text in unix crlf bom both; do
        wgan-init --preset mlp-gp --critic $text -o $text.bin; cmp unix.bin $text.bin
        wgan-init --preset mlp-gp --overrides "$(sed "s/.*/--critic '&'/" <<< $text)" -o $text.bin
        cmp unix.bin $text.bin
      done
      wgan-init --preset mlp-gp --overrides $'\\xEF\\xBB\\xBF--schedule "cosine 9"\\r\\n--lambda 5\\r\\n' -o a
      wgan-init --preset mlp-gp --schedule 'cosine 9' --lambda 5 -o b; cmp a b
      wgan-step mlp-gp.bin --data images.tensor --steps 3 --metrics log > end
      { printf '\\xEF\\xBB\\xBF'; sed 's/$/\\r/' log; } > windows
      metrics2tb log > expected; metrics2tb windows | cmp - expected
      iconv -f UTF-8 -t UTF-16 unix > utf16
      exits 65 wgan-init --preset mlp-gp --critic utf16 -o new 2> message
      has 'utf16: is UTF-16 text, .*; convert it with iconv -f UTF-16 -t UTF-8$' message
      iconv -f UTF-8 -t UTF-16 log > utf16
      exits 65 metrics2tb utf16 -o new 2> message; has 'utf16: is UTF-16 text' message; absent new
      """)
  }

  @Test func `the settings of a run may have the line ends of Windows`() throws {
    let shell = try Shell()
    try shell.write("images", idx([40, 8, 8]))
    try shell.run(
      """
      export EVERY= TIME= THREADS=1 SIZE= CONVERT= HELD_OUT= BATCH=20 PRESET=mlp-gp DATA=images SEED=3
      export INIT=$'--lambda 5\\r\\n--critic-steps 2'
      train() { bash "\(Shell.checkout)/scripts/train" run; }
      EPOCHS=1 GIVEN='EPOCHS PRESET INIT DATA SEED BATCH' train
      cp run/config config; { printf '\\xEF\\xBB\\xBF'; sed 's/$/\\r/' config; } > run/config
      EPOCHS=2 GIVEN='EPOCHS INIT' train
      sed 's/^epochs 1/epochs 2/' config | cmp - run/config
      """)
  }

  @Test func `a file that is not what its name says is named`() throws {
    let shell = try workshop()
    try shell.run(
      """
      printf '<!DOCTYPE html><html><body>404' > page.gz; gzip -c page.gz > page.html.gz
      printf 'label,pixel0,pixel1\\n5,0,0\\n' > mnist.csv
      xz -c images.idx > a.xz; bzip2 -c images.idx > a.bz2; tar cf a.tar images.idx
      printf 'version https://git-lfs.github.com/spec/v1\\noid sha256:4d7a\\n' > lfs.png
      python3 -c 'import pickle; pickle.dump({b"data": 1}, open("data_batch_1", "wb"))'
      """)
    let cases: [(command: String, message: String)] = [
      ("idx2tensor page.gz", "page.gz: is an HTML page, not an IDX file; download the file again"),
      (
        "idx2tensor page.html.gz",
        "page.html.gz: is an HTML page, not an IDX file; download the file again"
      ),
      (
        "idx2tensor mnist.csv",
        "mnist.csv: is CSV text, not an IDX file; convert it to .npy with NumPy"
      ),
      ("idx2tensor a.xz", "a.xz: is an xz file, not an IDX file; decompress it with xz -d"),
      ("idx2tensor a.bz2", "a.bz2: is a bzip2 file, not an IDX file; decompress it with bzip2 -d"),
      ("idx2tensor a.tar", "a.tar: is a tar archive, not an IDX file; extract it with tar xf"),
      (
        "cifar2tensor page.gz",
        "page.gz: is an HTML page, not a CIFAR file; download the file again"
      ),
      ("cifar2tensor a.xz", "a.xz: is an xz file, not a CIFAR file; decompress it with xz -d"),
      (
        "cifar2tensor images.idx",
        "images.idx: is an IDX file, not a CIFAR file; convert it with idx2tensor"
      ),
      ("cifar2tensor a.tar", "a.tar: is a tar archive without the binary files of CIFAR"),
      (
        "cifar2tensor data_batch_1",
        "data_batch_1: is a Python pickle, not a CIFAR file; download cifar-10-"
      ),
      ("png2tensor lfs.png", "lfs.png: is a Git LFS pointer, not a PNG"),
      ("png2tensor page.gz", "page.gz: is an HTML page, not a PNG"),
      (
        "tensor2png page.gz", "page.gz: is an HTML page, not a tensor file; download the file again"
      ),
      ("tensor2png a.tar", "a.tar: is a tar archive, not a tensor file; extract it with tar xf"),
      (
        "tensor-info images.idx",
        "images.idx: is an IDX file, not a tensor file; convert it with idx2tensor"
      ),
      (
        "tensor-info data_batch_1",
        "data_batch_1: is a Python pickle, not a tensor file; save its arrays"
      ),
      ("wgan-sample a.xz", "a.xz: is an xz file, not a tensor file; decompress it with xz -d"),
      (
        "metrics2tb page.gz",
        "page.gz: is an HTML page, not a metrics file; download the file again"
      ),
      ("metrics2tb a.xz", "a.xz: is an xz file, not a metrics file; decompress it with xz -d"),
    ]
    for (command, message) in cases {
      let tool = command.prefix { $0 != " " }
      let result = try shell.run("exits 65 \(command) > out")
      #expect(result.standardError.hasPrefix("\(tool): \(message)"), "\(result)")
      #expect(result.standardError.split(separator: "\n").count == 1, "\(result)")
    }
  }
}
