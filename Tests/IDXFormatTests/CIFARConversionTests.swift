import TensorIO
import TestSupport
import Testing

@testable import IDXFormat

@Suite("Converting CIFAR to a tensor file") struct CIFARConversionTests {
  let folder: Folder
  init() throws { folder = try Folder() }

  /// Records with these labels and different pixels.
  static func records(_ labels: [[UInt8]]) -> [UInt8] {
    labels.enumerated().flatMap { index, labels in labels + pixels(index) }
  }

  static func pixels(_ index: Int) -> [UInt8] { pattern(3072 + index).suffix(3072) }

  func convert(
    _ files: [[UInt8]], classes: Int? = nil, isTest: Bool = false
  ) throws -> TensorFile {
    let paths = try files.enumerated().map { try folder.write($1, to: "batch_\($0)") }
    var conversion = CIFARConversion()
    conversion.classes = classes
    conversion.isTest = isTest
    _ = try conversion.run(paths, to: OutputFile(folder.file("out")))
    return try TensorFile(folder.file("out"))
  }

  @Test func `plain and gzipped files are converted in order`() throws {
    let file = try convert([Self.records([[3], [9]]), gzip(Self.records([[0]]))])
    try file.require(kind: "images")
    #expect(
      file.header.entries == [
        TensorEntry("images", .u8, [3, 3, 32, 32]), TensorEntry("labels", .u8, [3]),
      ])
    #expect(file.header.metadata["range"] == "0,255" && file.header.crc32 != nil)
    #expect(file.numbers(of: "images") == Self.pixels(0) + Self.pixels(1) + Self.pixels(0))
    #expect(file.numbers(of: "labels") == [3, 9, 0] as [UInt8])
    #expect(file.header.metadata["label.0"] == nil)
  }

  @Test func `either label of CIFAR-100 can be converted`() throws {
    let records = Self.records([[19, 99], [0, 5]])
    let fine = try convert([records], classes: 100)
    #expect(fine.numbers(of: "labels") == [99, 5] as [UInt8])
    #expect(fine.numbers(of: "images") == Self.pixels(0) + Self.pixels(1))
    #expect(try convert([records], classes: 20).numbers(of: "labels") == [19, 0] as [UInt8])
  }

  @Test func `names of classes come from the list in the folder of the first file`() throws {
    let names = (0..<10).map { "class \($0)" }
    // From Windows, and with an empty line at the end like the original.
    _ = try folder.write(
      [0xEF, 0xBB, 0xBF] + Array((names + ["", ""]).joined(separator: "\r\n").utf8),
      to: "batches.meta.txt")
    let file = try convert([Self.records([[3]])])
    #expect((0..<10).map { file.header.metadata["label.\($0)"] } == names)
    _ = try folder.write(Array("one\ntwo\n".utf8), to: "batches.meta.txt")
    let error = fileError { _ = try convert([Self.records([[3]])]) }
    #expect(
      error?.description
        == "\(folder.file("batches.meta.txt")): does not have one name per class (expected 10, found 2)"
    )
  }

  @Test func `classes without images are reported`() throws {
    let path = try folder.write(Self.records([[3], [5], [8]]), to: "batch")
    let warnings = try CIFARConversion().run([path], to: OutputFile(folder.file("out")))
    #expect(warnings == ["no image has label 4, 6, 7 (labels are 3 to 8)"])
  }

  @Test func `an invalid file is an error with the reason`() throws {
    let good = Self.records([[1], [2]])
    let pickle =
      "is a Python pickle, not a CIFAR file; download cifar-10-binary.tar.gz or cifar-100-binary"
    let cases: [([UInt8], Int, String)] = [
      ([], 10, "is empty"),
      (
        good.dropLast(), 10,
        "record 1 (counted from 0) is truncated (expected 3073 bytes, found 3072)"
      ),
      (good + [1], 10, "record 2 (counted from 0) is truncated (expected 3073 bytes, found 1)"),
      (
        Self.records([[1], [10]]), 10,
        "record 1 (counted from 0) has an invalid label (expected 0 to 9, found 10)"
      ),
      (
        Self.records([[20, 0]]), 100,
        "record 0 (counted from 0) has an invalid label (expected 0 to 19, found 20)"
      ),
      (
        Self.records([[0, 100]]), 20, "has an invalid label (expected 0 to 99, found 100)"
      ),
      (gzip(good).dropLast(9), 10, "gzip data is truncated"),
      ([0x80, 2, 0x7D, 0x71, 1] + good, 10, pickle),
      (
        Array("<html><body>404".utf8), 10,
        "is an HTML page, not a CIFAR file; download the file again"
      ),
      (idx([7, 28, 28], pattern(5488)), 10, "is an IDX file, not a CIFAR file"),
    ]
    for (bytes, classes, fragment) in cases {
      // A valid file is CIFAR-10, so it cannot precede a CIFAR-100 file.
      let files = (classes == 10 ? [good] : []) + [Array(bytes)]
      let error = fileError { _ = try convert(files, classes: classes) }
      #expect(error?.kind == .invalid && error?.path == folder.file("batch_\(files.count - 1)"))
      #expect(error?.message.contains(fragment) == true, "\(error?.message ?? "accepted")")
    }
    #expect(try folder.content() == ["batch_0", "batch_1"])
  }
}

@Suite struct CIFARArchiveTests {
  let suite: CIFARConversionTests
  init() throws { suite = try CIFARConversionTests() }

  static let names10 = (0..<10).map { "thing \($0)" }
  static func records(_ labels: [[UInt8]]) -> [UInt8] { CIFARConversionTests.records(labels) }
  static func pixels(_ index: Int) -> [UInt8] { CIFARConversionTests.pixels(index) }

  /// Like the original: in a folder, and not in order.
  static func cifar10(without name: String = "") -> [UInt8] {
    let files: [(String, [UInt8])] = [
      ("data_batch_3.bin", records([[3], [4]])), ("batches.meta.txt", text(names10)),
      ("data_batch_1.bin", records([[1]])), ("test_batch.bin", records([[9], [8], [7]])),
      ("readme.html", Array("<html>".utf8)), ("data_batch_2.bin", records([[2], [0]])),
    ]
    return tarMember("cifar-10-batches-bin/", [], type: "5")
      + files.filter { $0.0 != name }.flatMap { tarMember("cifar-10-batches-bin/\($0)", $1) }
      + tarEnd
  }

  static func cifar100() -> [UInt8] {
    let coarse = (0..<20).map { "coarse \($0)" }, fine = (0..<100).map { "fine \($0)" }
    return tarMember("cifar-100-binary/test.bin", records([[1, 2]]))
      + tarMember("cifar-100-binary/fine_label_names.txt", text(fine))
      + tarMember("cifar-100-binary/train.bin", records([[19, 99], [0, 5]]))
      + tarMember("cifar-100-binary/coarse_label_names.txt", text(coarse)) + tarEnd
  }

  static func text(_ lines: [String]) -> [UInt8] { Array(lines.map { $0 + "\n" }.joined().utf8) }

  @Test(arguments: [false, true])
  func `the batches of CIFAR-10 are read in the order of their numbers`(isGzipped: Bool) throws {
    let archive = isGzipped ? gzip(Self.cifar10()) : Self.cifar10()
    let train = try suite.convert([archive])
    #expect(train.numbers(of: "labels") == [1, 2, 0, 3, 4] as [UInt8])
    let order = [0, 0, 1, 0, 1]
    #expect(train.numbers(of: "images") == order.flatMap(Self.pixels))
    #expect((0..<10).map { train.header.metadata["label.\($0)"] } == Self.names10)
    let test = try suite.convert([archive], isTest: true)
    #expect(test.numbers(of: "labels") == [9, 8, 7] as [UInt8])
    #expect(test.numbers(of: "images") == (0..<3).flatMap(Self.pixels))
  }

  @Test func `CIFAR-100 is recognized, and gives either label`() throws {
    let fine = try suite.convert([gzip(Self.cifar100())])
    #expect(fine.numbers(of: "labels") == [99, 5] as [UInt8])
    #expect(fine.header.metadata["label.99"] == "fine 99")
    let coarse = try suite.convert([Self.cifar100()], classes: 20)
    #expect(coarse.numbers(of: "labels") == [19, 0] as [UInt8])
    #expect(coarse.header.metadata["label.19"] == "coarse 19")
    #expect(coarse.header.metadata["label.20"] == nil)
    let test = try suite.convert([Self.cifar100()], isTest: true)
    #expect(test.numbers(of: "labels") == [2] as [UInt8])
  }

  static let invalid: [(archive: [UInt8], classes: Int?, isTest: Bool, message: String)] = [
    (cifar10(without: "data_batch_2.bin"), nil, false, "lacks data_batch_2.bin"),
    (cifar10(without: "test_batch.bin"), nil, true, "lacks test_batch.bin"),
    (cifar10(), 100, false, "is CIFAR-10, not CIFAR-100"),
    (cifar100(), 10, false, "is CIFAR-100, not CIFAR-10"),
    (
      tarMember("a/data_batch_1.bin", records([[1]])) + cifar10(), nil, false,
      "contains \"data_batch_1.bin\" more than once"
    ),
    (tarMember("train.bin", []) + cifar10(), nil, false, "contains both CIFAR-10 and CIFAR-100"),
    (
      tarMember("a/b", [1]) + tarEnd, nil, false,
      "is a tar archive without the binary files of CIFAR"
    ),
    (
      tarMember("cifar-10-batches-py/data_batch_1", [0x80, 2]) + tarEnd, nil, false,
      "is the Python version of CIFAR-10; download https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"
    ),
    (
      tarMember("cifar-100-python/train", [0x80, 2]) + tarEnd, nil, false,
      "is the Python version of CIFAR-100; download https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz"
    ),
    (
      tarMember("cifar-10-batches-mat/data_batch_1.mat", [1]) + tarEnd, nil, false,
      "is the MATLAB version of CIFAR-10; download https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"
    ),
    (
      Array(cifar10().dropLast(2000)), nil, false,
      "tar archive is truncated; download the file again"
    ),
  ]

  @Test(arguments: invalid)
  func `an unsuitable archive is an error`(
    archive: [UInt8], classes: Int?, isTest: Bool, message: String
  ) throws {
    let error = fileError { _ = try suite.convert([archive], classes: classes, isTest: isTest) }
    #expect(error?.path == suite.folder.file("batch_0") && error?.message == message)
    #expect(error?.kind == .invalid)
    #expect(try suite.folder.content() == ["batch_0"])
  }

  @Test func `an error in a batch names the batch`() throws {
    let archive =
      tarMember("data_batch_1.bin", Self.records([[1]]))
      + tarMember("data_batch_2.bin", Self.records([[1], [10]])) + tarEnd
    let error = fileError { _ = try suite.convert([archive]) }
    #expect(error?.path == suite.folder.file("batch_0") + ": data_batch_2.bin")
    #expect(error?.message.hasPrefix("record 1 (counted from 0) has an invalid label") == true)
  }

  @Test func `an archive is the only input, and --test is for archives`() throws {
    let plain = Self.records([[1]])
    for files in [[plain, Self.cifar10()], [Self.cifar10(), plain]] {
      let error = fileError { _ = try suite.convert(files) }
      #expect(error?.kind == .usage)
      #expect(error?.message == "is an archive, which must be the only input")
    }
    let error = fileError { _ = try suite.convert([plain], isTest: true) }
    #expect(error?.kind == .usage && error?.message == "--test requires a tar archive")
  }
}
