import Foundation
import TensorIO
import Testing

/// Tests of invalid input: a one-line error, the documented status, and no changed or new file.
@Suite struct BadInputTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let script: String
    let status: Int32
    let messages: [String]
    init(_ script: String, _ status: Int32, _ messages: String...) {
      (self.script, self.status, self.messages) = (script, status, messages)
    }
    var testDescription: String { script }
  }

  static let step = "wgan-step mlp-gp.bin --data images.tensor"

  static let cases = [
    // Missing and empty
    Case("idx2tensor nothing -o old", 66, "idx2tensor: nothing: no such file"),
    Case("wgan-step nothing --data images.tensor --steps 1 -o old", 66, "nothing: no such file"),
    Case("wgan-step mlp-gp.bin --data nothing --steps 1 -o old", 66, "nothing: no such file"),
    Case("wgan-sample . -o old", 66, "is a directory"),
    Case("idx2tensor empty -o old", 65, "empty: ", "empty"),
    Case("tensor2png empty -o old", 65, "empty: is empty"),
    Case("wgan-sample < /dev/null -o old", 65, "standard input: is empty"),
    Case("wgan-init --preset mlp-gp --like nothing -o old", 66, "nothing: no such file"),
    // IDX and gzip
    Case("idx2tensor words -o old", 65, "words: ", "not an IDX file"),
    Case("idx2tensor short.idx -o old", 65, "short.idx: ", "data is truncated"),
    Case("idx2tensor long.idx -o old", 65, "long.idx: "),
    Case("idx2tensor short.gz -o old", 65, "short.gz: ", "gzip"),
    Case("idx2tensor crc.gz -o old", 65, "crc.gz: ", "gzip data is corrupted"),
    Case("idx2tensor huge.idx -o old", 65, "huge.idx: "),
    Case("idx2tensor images.idx --labels labels.idx -o old", 65, "labels.idx: ", "149", "150"),
    Case("idx2tensor float.idx -o old", 65, "float.idx: value at [0, 0, 0] is ", "--range"),
    Case("idx2tensor images.idx --range 1,0 -o old", 64, "--range", "the lower one first"),
    Case("idx2tensor images.idx --range 0,nan -o old", 64, "--range", "two numbers"),
    Case("idx2tensor images.idx --range 5 -o old", 64, "--range", "two numbers"),
    // PNG and CIFAR
    Case("png2tensor nothing -o old", 66, "png2tensor: nothing: no such file"),
    Case("png2tensor grid.png nothing -o old", 66, "nothing: no such file"),
    Case("png2tensor empty -o old", 65, "empty: is empty"),
    Case("png2tensor words -o old", 65, "words: is text, not a PNG or JPEG file"),
    Case("png2tensor images.tensor -o old", 65, "images.tensor: is a tensor file, not"),
    Case("png2tensor folder -o old", 65, "folder: has no PNG or JPEG files"),
    Case(
      "png2tensor --strict grid.png words grid.png -o old", 65,
      "words: is text, not a PNG or JPEG file"),
    Case("head -c 99 grid.png | png2tensor - -o old", 65, "standard input: is truncated"),
    Case("png2tensor --labels-from-folders grid.png -o old", 65, "grid.png: is not in a dir"),
    Case("png2tensor --files-from empty -o old", 65, "empty: contains no paths"),
    Case("png2tensor --files-from words -o old", 66, "some words: no such file"),
    Case("png2tensor --files-from nothing -o old", 66, "nothing: no such file"),
    Case("png2tensor --files-from images.tensor -o old", 65, "images.tensor: path 1 "),
    Case("printf -- - | png2tensor --files-from - -o old", 64, "standard input: cannot be both"),
    Case("png2tensor grid.png > /dev/full", 74, "standard output: no space left on device"),
    Case("ulimit -f 1; png2tensor grid.png -o old", 74, "old: file too large"),
    Case(
      "ulimit -f 1; TMPDIR=/tmp env --default-signal=XFSZ png2tensor grid.png | cat", 74,
      "/tmp: file too large"),
    Case(
      "TMPDIR=/nowhere png2tensor grid.png | cat", 73,
      "/nowhere: cannot create a temporary file: no such file or directory; set TMPDIR"),
    Case("png2tensor grid.png -o grid.png", 64, "grid.png: is also an input"),
    Case("png2tensor -o old", 64, "paths of files"),
    Case("png2tensor grid.png --files-from words -o old", 64, "paths of files"),
    Case("png2tensor -0 grid.png -o old", 64, "-0 requires --files-from"),
    Case("png2tensor - - -o old", 64, "standard input can be read only once"),
    Case("png2tensor --gray --rgb grid.png -o old", 64, "--rgb"),
    Case("png2tensor --rgb --rgba grid.png -o old", 64, "--rgba"),
    Case(
      "image2tensor --rgba --background white grid.png -o old", 64,
      "--background cannot be combined with --rgba"),
    Case(
      "image2tensor --gray-alpha --background 0 grid.png -o old", 64,
      "--background cannot be combined with --gray-alpha"),
    Case("png2tensor --size 0 grid.png -o old", 64, "one or two numbers", "found 0"),
    Case("png2tensor --size 28x grid.png -o old", 64, "one or two numbers", "found 28x"),
    Case("png2tensor --size 2x2x2 grid.png -o old", 64, "one or two numbers", "found 2x2x2"),
    Case("png2tensor --size 65536 grid.png -o old", 64, "one or two numbers", "found 65536"),
    Case("png2tensor --size 65535x1025 grid.png -o old", 64, "--size must be", "in total"),
    Case("png2tensor --fit squeeze grid.png -o old", 64, "'squeeze'", "--fit"),
    Case("image2tensor --range 9,9 grid.png -o old", 64, "'9,9'", "--range"),
    Case("image2tensor --classes nothing grid.png -o old", 66, "nothing: no such file"),
    Case("image2tensor --classes empty grid.png -o old", 65, "empty: contains no classes"),
    Case("image2tensor --classes - - -o old", 64, "standard input can be read only once"),
    Case("png2tensor --background red grid.png -o old", 64, "'red'", "--background"),
    Case("cifar2tensor nothing -o old", 66, "cifar2tensor: nothing: no such file"),
    Case("cifar2tensor empty -o old", 65, "empty: is empty"),
    Case("cifar2tensor words -o old", 65, "words: is text, not a CIFAR file"),
    Case("cifar2tensor short.gz -o old", 65, "short.gz: gzip data is truncated"),
    Case("cifar2tensor --classes 11 empty -o old", 64, "--classes must be 10, 20 or 100"),
    Case("cifar2tensor - - -o old", 64, "standard input can be read only once"),
    // A file of the wrong kind
    Case("tensor2png grid.png -o old", 65, "grid.png: ", "PNG"),
    Case("wgan-step grid.png --data images.tensor --steps 1 -o old", 65, "grid.png: ", "PNG"),
    Case(
      "wgan-step mlp-gp.bin --data mlp-gp.bin --steps 1 -o old", 65, "mlp-gp.bin: ", "checkpoint"),
    Case(
      "wgan-step images.tensor --data images.tensor --steps 1 -o old", 65, "images.tensor: ",
      "images"),
    Case("wgan-sample images.tensor -o old", 65, "images.tensor: ", "not a checkpoint"),
    Case("tensor2png mlp-gp.bin -o old", 65, "mlp-gp.bin: "),
    Case("idx2tensor images.tensor -o old", 65, "images.tensor: ", "not an IDX file"),
    Case("wgan-init --preset mlp-gp --like mlp-gp.bin -o old", 65, "mlp-gp.bin: "),
    Case(
      "metrics2tb images.tensor -o old", 65, "images.tensor: is a tensor file, not a metrics file"),
    Case("metrics2tb grid.png -o old", 65, "grid.png: "),
    // Metrics
    Case("metrics2tb nothing -o old", 66, "nothing: no such file"),
    Case("metrics2tb empty -o old", 65, "empty: is empty"),
    Case("metrics2tb torn.jsonl -o old", 65, "torn.jsonl: line 2: is not a line of metrics"),
    Case("metrics2tb long.jsonl -o old", 65, "long.jsonl: has a line longer than 65536 bytes"),
    Case("head -c 9 torn.jsonl | metrics2tb -o old", 65, "standard input: is not a metrics file"),
    Case("metrics2tb torn.jsonl -o torn.jsonl", 64, "torn.jsonl: is also an input"),
    Case("metrics2tb torn.jsonl --start nan -o old", 64, "--start"),
    // Corrupted files
    Case("wgan-sample flipped.bin -o old", 65, "flipped.bin: ", "corrupted"),
    Case(
      "wgan-step flipped.bin --data images.tensor --steps 1 -o old", 65, "flipped.bin: ",
      "corrupted"),
    Case("head -c 5000 mlp-gp.bin | wgan-sample -o old", 65, "standard input: ", "5000"),
    // Shapes
    Case(
      "wgan-step mlp-gp.bin --data wide.tensor --steps 1 -o old", 65, "wide.tensor: ", "1x8x9",
      "1x8x8"),
    Case(
      "wgan-step mlp-gp.bin --data few.tensor --steps 1 -o old", 65, "few.tensor: ",
      "at least 20, found 19"),
    Case("wgan-step mlp-gp.bin --data bright.tensor --steps 1 -o old", 65, "outside its range"),
    Case("wgan-step mlp-gp.bin --data bare.tensor --steps 1 -o old", 65, "no range"),
    // Outputs
    Case(
      "wgan-sample mlp-gp.bin -n 1000 > /dev/full", 74, "standard output: no space left on device"),
    Case("wgan-sample mlp-gp.bin -o /dev/full", 74, "/dev/full: no space left on device"),
    Case("wgan-init --list-presets > /dev/full", 74, "standard output: no space left on device"),
    Case("wgan-step --help > /dev/full", 74, "standard output: no space left on device"),
    Case("tensor2png images.tensor > /dev/full", 74, "standard output: no space left on device"),
    Case("idx2tensor images.idx > /dev/full", 74, "standard output: no space left on device"),
    Case("ulimit -f 4; wgan-sample mlp-gp.bin -n 1000 -o old", 74, "old: file too large"),
    Case("\(step) --steps 1 -o nowhere/x", 73, "nowhere/x: no such file or directory"),
    Case("\(step) --steps 1 -o old/x", 73, "old/x: not a directory"),
    Case("\(step) --steps 1 -o folder", 73, "folder: is a directory"),
    Case(
      "\(step) --steps 1 -o old --metrics nowhere/x", 73, "nowhere/x: no such file or directory"),
    Case("\(step) --steps 1 -o old --metrics words", 65, "words: is not a metrics file"),
    Case("ulimit -f 3000; \(step) --steps 2 --trace old", 74, "old: file too large"),
    Case("\(step) --steps 1 --trace nowhere/x", 73, "nowhere/x: no such file or directory"),
    Case("\(step) --steps 1 --trace /dev/null", 64, "/dev/null: is not a regular file"),
    Case("wgan-sample mlp-gp.bin >&-", 74, "standard output: bad file descriptor"),
    // Usage
    Case("\(step) --steps -1 -o old", 64, "--steps must be at least 0"),
    Case("\(step) --steps x -o old", 64, "'x'", "--steps"),
    Case("\(step) -o old", 64, "missing stop condition"),
    Case("\(step) --steps 1 --epochs 1 -o old", 64, "--steps cannot be combined with --epochs"),
    Case("wgan-step mlp-gp.bin --steps 1 -o old", 64, "--data"),
    Case("wgan-step --data - --steps 1 -o old", 64, "standard input"),
    Case("\(step) --steps 1 --metrics -", 64, "cannot both be written to -"),
    Case("\(step) --steps 1 --metrics new -o new", 64, "cannot both be written to new"),
    Case("\(step) --steps 1 --trace -", 64, "a trace cannot be written to standard output"),
    Case("\(step) --steps 1 --trace new -o new", 64, "cannot both be written to new"),
    Case("\(step) --steps 1 --trace new --metrics new", 64, "cannot both be written to new"),
    Case("\(step) --steps 1 --trace images.tensor", 64, "images.tensor: is also an input"),
    Case("\(step) --steps 1 --trace mlp-gp.bin", 64, "mlp-gp.bin: is also an input"),
    Case("\(step) --epochs 9999 --trace old", 64, "old: a trace has room for ", "critic and"),
    Case("\(step) --steps 1 -o images.tensor", 64, "images.tensor: is also an input"),
    Case("wgan-sample mlp-gp.bin -o ./mlp-gp.bin", 64, "./mlp-gp.bin: is also an input"),
    Case("wgan-export mlp-gp.bin -o ./mlp-gp.bin", 64, "./mlp-gp.bin: is also an input"),
    Case("wgan-export images.tensor -o old", 65, "images.tensor: ", "not a checkpoint"),
    Case("wgan-export flipped.bin --format onnx -o old", 65, "flipped.bin: ", "corrupted"),
    Case("wgan-export mlp-gp.bin --format torch -o old", 64, "'torch'", "--format"),
    Case("wgan-export mlp-gp.bin --format onnx > /dev/full", 74, "no space left on device"),
    Case("wgan-critic mlp-gp.bin -o old", 64, "--data"),
    Case("wgan-critic mlp-gp.bin --data wide.tensor -o old", 65, "wide.tensor: images are 1x8x9"),
    Case("wgan-critic mlp-gp.bin --data bright.tensor -o old", 65, "bright.tensor: ", "range -1,1"),
    Case("wgan-critic mlp-gp.bin --data images.tensor -o images.tensor", 64, "is also an input"),
    Case("wgan-critic mlp-gp.bin --data images.tensor > /dev/full", 74, "no space left on device"),
    Case("wgan-sample mlp-gp.bin --latents mlp-gp.bin -o old", 65, "a checkpoint, not latents"),
    Case(
      "wgan-sample mlp-gp.bin --save-latents images.idx/x -o old", 73, "images.idx/x: not a dir"),
    Case("tensor2png images.tensor -o images.tensor", 64, "images.tensor: is also an input"),
    Case(
      "idx2tensor images.idx --labels labels.idx -o labels.idx", 64, "labels.idx: is also an input"),
    Case("wgan-init --preset mlp-gp --like images.tensor -o images.tensor", 64, "is also an input"),
    Case("\(step) --only generator --until-epoch 3 -o old", 64, "--only generator"),
    Case("\(step) --only both-of-them --steps 1 -o old", 64, "both-of-them"),
    Case("\(step) --steps 1 --threads 0 -o old", 64, "--threads"),
    Case("\(step) --steps 1 --metrics-every 0 -o old", 64, "--metrics-every"),
    Case("\(step) --steps 1 --stepz 1 -o old", 64, "--stepz"),
    Case("wgan-init --preset mlp -o old", 64, "unknown preset mlp", "mlp-clip-adam"),
    Case("wgan-init -o old", 64, "--preset"),
    Case("wgan-init --preset mlp-gp --critic nothing -o old", 66, "nothing: no such file"),
    Case("wgan-init --preset mlp-gp --critic words -o old", 65, "words: line 1: not a layer"),
    Case("wgan-init --preset mlp-gp --critic empty -o old", 65, "empty: has 0 layers"),
    Case("wgan-init --preset mlp-gp --critic images.idx -o old", 65, "images.idx: is an IDX file"),
    Case("wgan-init --preset mlp-gp --critic misfit -o old", 64, "layer 1, reshape 2x2x2"),
    Case("wgan-init --preset mlp-gp --critic normed -o old", 64, "cannot have batch-norm"),
    Case("wgan-init --preset dcgan-gp --shape 1x27x28 -o old", 64, "dcgan-gp", "multiples of 4"),
    Case("wgan-init --preset keras-gp --shape 1x27x28 -o old", 64, "keras-gp", "multiples of 8"),
    Case("wgan-init --preset mlp-clip --clip 1e-60 -o old", 64, "clipping bound"),
    Case("wgan-init --preset mlp-gp --shape 28x28 -o old", 64, "--shape"),
    Case("wgan-init --preset mlp-gp --batch-size 0 -o old", 64, "batch size"),
    Case("wgan-init --preset mlp-gp --latent 16777216 --shape 3x999x999 -o old", 64, "parameters"),
    Case("wgan-init --preset mlp-gp --lambda -1 -o old", 64, "lambda"),
    Case("wgan-init --preset mlp-gp --lambda nan -o old", 64, "lambda"),
    Case("wgan-init --preset mlp-gp --learning-rate 0 -o old", 64, "learning rate"),
    Case("wgan-init --preset mlp-gp --beta1 1 -o old", 64, "beta1"),
    Case("wgan-init --preset mlp-gp --clip 1 -o old", 64, "--clip"),
    Case("wgan-init --preset mlp-clip --lambda 1 -o old", 64, "--lambda"),
    Case("wgan-init --preset mlp-clip --beta1 0 -o old", 64, "RMSProp"),
    Case("wgan-init --preset mlp-gp --alpha 0.5 -o old", 64, "--alpha"),
    Case("wgan-init --preset mlp-gp --schedule 'linear x' -o old", 64, "'linear x'", "--schedule"),
    Case("wgan-init --preset mlp-gp --schedule 'linear 0' -o old", 64, "steps of the schedule"),
    Case("wgan-init --preset mlp-gp --schedule 'constant warm-up' -o old", 64, "--schedule"),
    Case("wgan-init --preset mlp-gp --schedule 'plateau factor 2' -o old", 64, "plateau factor"),
    Case("wgan-init --preset mlp-gp --schedule 'plateau patience -1' -o old", 64, "patience"),
    Case("wgan-init --preset mlp-gp --schedule 'plateau every batch' -o old", 64, "--schedule"),
    Case("wgan-init --preset mlp-gp --schedule -o old", 64, "--schedule"),
    Case("wgan-init --preset mlp-gp --critic-warm-up 100 -o old", 64, "'100'", "--critic-warm-up"),
    Case("wgan-init --preset mlp-gp --critic-warm-up '0 25 500' -o old", 64, "critic warm-up"),
    Case("wgan-init --preset mlp-gp --real-batch stale -o old", 64, "'stale'", "--real-batch"),
    Case("wgan-init --preset mlp-gp --interpolation cauchy -o old", 64, "--interpolation"),
    Case(
      "wgan-init --preset mlp-clip --interpolation normal -o old", 64,
      "--interpolation does not apply"),
    Case("wgan-init --preset mlp-gp --initialization zeros -o old", 64, "--initialization"),
    Case(
      "wgan-init --preset mlp-gp --like images.tensor --shape 1x8x8 -o old", 64,
      "--like cannot be combined with --shape"
    ),
    Case("wgan-sample mlp-gp.bin -n 0 -o old", 64, "-n must be between 1 and"),
    Case("wgan-sample mlp-gp.bin --first -1 -o old", 64, "--first"),
    Case("wgan-sample mlp-gp.bin --seed -1 -o old", 64, "--seed"),
    Case("tensor2png images.tensor --columns 0 -o old", 64, "--columns"),
    Case("tensor2png images.tensor --first 150 -o old", 64, "150"),
    Case("tensor2png images.tensor -n 151 -o old", 64, "150"),
    Case("tensor2png images.tensor --scale 100000 -o old", 64, "images.tensor"),
    // Options without an effect
    Case("wgan-init --preset mlp-gp --print-networks -o old", 64, "-o cannot be combined with"),
    Case("wgan-init --list-presets -o old", 64, "-o cannot be combined with"),
    Case(
      "wgan-step mlp-gp.bin --data images.tensor --steps 1 --metrics-every 2 -o old", 64,
      "--metrics-every needs --metrics"),
    // Training that diverges in the first step, or writes a trace
    Case(
      "wgan-step wild-end.bin --data images.tensor --steps 50 -o old", 65, "wild-end.bin: ",
      "not finite"),
    Case(
      "wgan-step wild.bin --data images.tensor --steps 40 --trace old > /dev/null", 65,
      "wild.bin: ", "not finite"),
  ]

  /// The folder of all cases. A case that changes a file in it fails.
  static let shell = Result { () throws -> Shell in
    let shell = try workshop().shared()
    let images = idx([150, 8, 8])
    try shell.write("short.idx", Array(images.dropLast(3000)))
    try shell.write("long.idx", images + [0])
    try shell.write("labels.idx", idx([149]))
    try shell.write("huge.idx", idx([0xFFFF_FFFF, 28, 28], count: 10))
    try shell.write(
      "float.idx", [0, 0, 13, 3] + idx([150, 8, 2]).dropFirst(4).prefix(12) + images.dropFirst(16))
    try shell.write("wide.idx", idx([150, 8, 9]))
    try shell.write("few.idx", idx([19, 8, 8]))
    var flipped = Array(try shell.read("mlp-gp.bin"))
    flipped[flipped.count / 2] ^= 4
    try shell.write("flipped.bin", flipped)
    try writeImages(
      shell, "bright.tensor", [Float](repeating: 2, count: 1280), .f32, ["range": "-1,1"])
    try writeImages(shell, "bare.tensor", [Float](repeating: 2.5, count: 1280), .f32, [:])
    try shell.run(
      """
      echo precious > old; echo some words > words; : > empty; mkdir folder
      printf '{"epoch":1,"generator_step":%d}\\n{"ep\\n' 1 2 > torn.jsonl
      head -c 70000 /dev/zero > long.jsonl
      echo 'dense 9; reshape 2x2x2; dense 1' > misfit; echo 'dense 9; batch-norm; dense 1' > normed
      gzip -c images.idx > crc.gz; head -c 200 crc.gz > short.gz
      printf 'xxxx' | dd of=crc.gz bs=1 seek=$(($(stat -c %s crc.gz) - 8)) conv=notrunc status=none
      for name in wide few; do idx2tensor $name.idx -o $name.tensor; done
      tensor2png images.tensor -o grid.png
      wgan-init --preset mlp-gp --like images.tensor --batch-size 20 --learning-rate 1e30 -o wild.bin
      exits 65 wgan-step wild.bin --data images.tensor --steps 50 -o wild-end.bin
      """)
    return shell
  }

  /// Writes 20 images of 8 × 8 pixels.
  private static func writeImages<Number>(
    _ shell: Shell, _ name: String, _ numbers: [Number], _ type: ElementType,
    _ metadata: [String: String]
  ) throws {
    let header = TensorHeader(
      kind: "images", metadata: metadata, entries: [TensorEntry("images", type, [20, 1, 8, 8])])
    let output = try OutputFile(shell.folder.appending(path: name).path)
    try numbers.withUnsafeBytes { try header.write([$0], to: output) }
  }

  @Suite(.serialized) struct Cases {
    @Test(arguments: BadInputTests.cases)
    func `invalid input is a one-line error with the documented status, and no file changes`(
      _ bad: Case
    ) throws {
      let shell = try BadInputTests.shell.get()
      let before = try shell.files()
      let result = try shell.run(bad.script, status: bad.status)
      #expect(result.standardOutput.isEmpty)
      let tool = bad.script.components(separatedBy: .whitespaces).first {
        $0.contains("2") || $0.hasPrefix("wgan")
      }
      let lines = result.standardError.split(separator: "\n", omittingEmptySubsequences: false)
      #expect(lines.count == 2 && lines.last == "", "\(result)")
      #expect(tool.map { result.standardError.hasPrefix("\($0): ") } == true, "\(result)")
      for message in bad.messages { #expect(result.standardError.contains(message), "\(result)") }
      let after = try shell.files()
      #expect(after.keys.sorted() == before.keys.sorted())
      #expect(after == before)
    }
  }

  @Test func `binary data is not written to or read from a terminal without -f`() throws {
    let shell = try workshop()
    try shell.write("batch.bin", [UInt8](repeating: 1, count: 3073))
    try shell.run("tensor2png images.tensor -o grid.png")
    let tools = [
      "idx2tensor images.idx", "wgan-init --preset mlp-gp", "wgan-sample mlp-gp.bin",
      "wgan-step mlp-gp.bin --data images.tensor --steps 1", "tensor2png images.tensor",
      "png2tensor grid.png", "cifar2tensor batch.bin", "wgan-export mlp-gp.bin",
    ]
    for tool in tools {
      let refused = try shell.run("script -qec '\(tool)' /dev/null < /dev/null", status: 64)
      #expect(
        refused.text.contains("standard output: refusing to write binary data to a terminal"),
        "\(refused)")
      #expect(refused.text.count < 200)
      let forced = try shell.run("script -qec '\(tool) -f' /dev/null < /dev/null")
      #expect(forced.standardOutput.count > 1000, "\(tool)")
    }
    for tool in ["idx2tensor", "wgan-sample", "tensor2png", "png2tensor -", "cifar2tensor"] {
      let refused = try shell.run("script -qec '\(tool) -o out' /dev/null < /dev/null", status: 64)
      #expect(
        refused.text.contains("standard input: refusing to read binary data from a terminal"),
        "\(refused)")
    }
    #expect(try shell.files()["out"] == nil)
  }

  @Test func `a lack of memory is a one-line error`() throws {
    let shell = try workshop()
    let result = try shell.run(
      """
      { printf '\\0\\0\\10\\3\\0\\1\\0\\0\\0\\0\\0\\1\\0\\0\\0\\1'; head -c 65536 /dev/zero; } |
        idx2tensor -o dots
      wgan-init --preset mlp-gp --like dots --latent 1 --batch-size 65536 -o wide.bin \
        --generator <(echo 'dense 1000000; dense 1; tanh')
      exits 65 wgan-step wide.bin --data dots --steps 1 -o end
      """)
    #expect(
      result.standardError.contains(
        /^wgan-step: wide.bin: a batch of 65536 takes 5\d\d.\d GB of memory; the machine has [\d.]+ GB\n$/
      ))
    let limited = try shell.run(
      """
      wgan-init --preset mlp-gp --like dots --latent 1 --batch-size 200 -o wide.bin \
        --generator <(echo 'dense 1000000; dense 1; tanh')
      ulimit -v 1000000; exits 74 wgan-step wide.bin --data dots --steps 1 -o end
      """)
    #expect(limited.standardError == "wgan-step: memory: cannot allocate memory\n")
    #expect(try shell.files()["end"] == nil && shell.files()["end.partial"] == nil)
  }
}
