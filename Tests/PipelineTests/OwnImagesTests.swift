import Foundation
import TensorIO
import Testing

/// Tests of training on folders of images and on CIFAR files.
@Suite struct OwnImagesTests {
  /// Two folders of pictures in three sizes from 8 × 8, and an invalid file in one of them.
  static func pictures() throws -> Shell {
    let shell = try workshop()
    try shell.run(
      """
      mkdir -p set/b set/a/deep
      draw() { tensor2png images.tensor -n 1 --first $1 --padding 0 --scale $2 -o set/$3.png; }
      for n in {10..59}; do draw $n 1 b/$n; done
      for n in {60..99}; do draw $n 3 a/$n; done
      for n in {100..129}; do draw $n 2 a/deep/$n; done
      head -c 60 set/b/10.png > set/a/70.png
      """)
    return shell
  }

  static func file(_ shell: Shell, _ name: String) throws -> TensorFile {
    try TensorFile(shell.folder.appending(path: name).path)
  }

  @Test func `folders of pictures give images and labels, and a network trains on them`() throws {
    let shell = try Self.pictures()
    let result = try shell.run(
      """
      png2tensor --size 8 --labels-from-folders set -o set.tensor
      wgan-init --preset mlp-gp --like set.tensor --batch-size 20 |
        wgan-step --data set.tensor --epochs 1 | wgan-sample -n 4 | tensor2png > grid.png
      """)
    let lines = result.standardError.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines.first?.hasPrefix("png2tensor: set/a/70.png: is truncated") == true)
    #expect(lines.first?.hasSuffix("; skipped") == true)
    #expect(lines.last == "png2tensor: 1 of 120 files was skipped")

    let set = try Self.file(shell, "set.tensor")
    #expect(set.header["images"]?.shape == [119, 1, 8, 8])
    #expect(set.header.metadata["label.0"] == "a" && set.header.metadata["label.1"] == "b")
    #expect(
      set.numbers(of: "labels")
        == [UInt8](repeating: 0, count: 69) + [UInt8](repeating: 1, count: 50))
    // Enlarging by an integer and shrinking again restores the pixels. The files are sorted.
    let images: [UInt8] = try #require(Self.file(shell, "images.tensor").numbers(of: "images"))
    let order = Array(60..<70) + Array(71..<100) + Array(100..<130) + Array(10..<60)
    #expect(
      set.numbers(of: "images") == order.flatMap { images[64 * $0..<64 * ($0 + 1)] })
    #expect(try shell.read("grid.png").starts(with: [0x89, 0x50, 0x4E, 0x47]))
  }

  @Test func `all forms of input and output give the same bytes`() throws {
    let shell = try Self.pictures()
    try shell.run(
      """
      png2tensor --size 8 set -o a
      png2tensor --size 8 set | cat > b; cmp a b
      png2tensor --size 8 set > b; cmp a b
      png2tensor --size 8x8 set/a set/b -o b; cmp a b
      find set -name '*.png' | LC_ALL=C sort > list
      png2tensor --size 8 --files-from list -o b; cmp a b
      png2tensor --size 8 --files-from - -o b < list; cmp a b
      find set -name '*.png' -print0 | LC_ALL=C sort -z | png2tensor -0 --size 8 --files-from - -o b
      cmp a b
      png2tensor set/b/33.png -o one
      png2tensor - < set/b/33.png | cmp - one
      png2tensor <(cat set/b/33.png) | cmp - one
      """)
  }

  @Test func `a missing file in a list is skipped, and is an error with --strict`() throws {
    let shell = try Self.pictures()
    let result = try shell.run(
      #"""
      printf '%s\n' set/b/20.png set/b/lost.png set/b/21.png > list
      png2tensor --files-from list -o a
      png2tensor set/b/20.png set/b/21.png | cmp - a
      rm a; exits 66 png2tensor --strict --files-from list -o a; absent a
      printf '%s\r\n' set/b/20.png set/b/21.png > windows
      png2tensor --files-from - < windows | cmp - <(png2tensor set/b/20.png set/b/21.png)
      printf '%s\r\0' set/b/20.png set/b/21.png > windows
      exits 66 png2tensor -0 --files-from - -o a < windows; absent a
      exits 66 png2tensor set/b/20.png set/b/lost.png -o a; absent a
      """#)
    #expect(
      result.standardError == #"""
        png2tensor: set/b/lost.png: no such file; skipped
        png2tensor: 1 of 3 files was skipped
        png2tensor: set/b/lost.png: no such file
        png2tensor: set/b/20.png\u{d}: no such file; skipped
        png2tensor: set/b/21.png\u{d}: no such file; skipped
        png2tensor: a: there are no images to write: none of 2 files is usable
        png2tensor: set/b/lost.png: no such file

        """#)
  }

  @Test func `a file or folder without read permission is an error, not a skipped picture`() throws
  {
    let shell = try Self.pictures()
    let result = try shell.run(
      """
      rm set/a/70.png; chmod 0 set/a/deep
      # Root can read them, unless it drops these capabilities.
      limited=()
      if [ $(id -u) = 0 ]; then limited=(setpriv --bounding-set -dac_override,-dac_read_search); fi
      exits 66 "${limited[@]}" png2tensor --size 8 set -o a
      chmod 700 set/a/deep; chmod 0 set/b/20.png
      exits 66 "${limited[@]}" png2tensor --size 8 set -o a
      echo set/b/20.png > list
      exits 66 "${limited[@]}" png2tensor --size 8 --files-from list -o a
      absent a
      """)
    #expect(
      result.standardError == """
        png2tensor: set/a/deep: permission denied
        png2tensor: set/b/20.png: permission denied
        png2tensor: set/b/20.png: permission denied

        """)
  }

  @Test func `other image formats are reported and do not change the result`() throws {
    let shell = try Self.pictures()
    let result = try shell.run(
      """
      png2tensor --size 8 set/b -o a
      for name in z.jpg y.png .x.gif; do echo GIF89a > set/b/$name; done
      mkdir -p all/deep; echo RIFF1234WEBPVP8 > all/deep/1.JPG
      png2tensor --size 8 set/b -o b; cmp a b
      exits 65 png2tensor all -o c
      """)
    #expect(
      result.standardError == """
        png2tensor: set/b: 2 images are not PNG or JPEG: 2 GIF (y.png, …); skipped
        png2tensor: all: has no PNG or JPEG files: 1 image is not PNG or JPEG: 1 WebP (deep/1.JPG)

        """)
  }

  @Test func `with --strict, an invalid file is an error, and the old output is kept`() throws {
    let shell = try Self.pictures()
    let result = try shell.run(
      "echo precious > old; exits 65 png2tensor --size 8 --strict set -o old; cat old; ls old*")
    #expect(result.text == "precious\nold\n")
    #expect(result.standardError.split(separator: "\n").count == 1)
    #expect(result.standardError.hasPrefix("png2tensor: set/a/70.png: is truncated"))
  }

  @Test func `without --size, all images must have the size of the first one`() throws {
    let shell = try Self.pictures()
    let result = try shell.run("exits 64 png2tensor set -o set.tensor; absent set.tensor")
    #expect(
      result.standardError
        == "png2tensor: set/a/70.png: size differs from that of the first image (expected 24×24, found 8×8, "
        + "height × width); use --size to resize all images\n")
  }

  @Test func `if all files are invalid, each one and the total are reported`() throws {
    let shell = try Shell()
    let result = try shell.run(
      #"mkdir set; echo > set/$'a\e[31m\n.png'; echo > set/b.png; exits 65 png2tensor set -o new; ls"#
    )
    #expect(result.text == "set\n")
    #expect(
      result.standardError == """
        png2tensor: set/a\\u{1b}[31m\\u{a}.png: is not a PNG or JPEG file; skipped
        png2tensor: set/b.png: is not a PNG or JPEG file; skipped
        png2tensor: new: there are no images to write: none of 2 files is usable

        """)
  }

  @Test func `a picture with a false size does not allocate memory`() throws {
    let shell = try Shell()
    // A file of 74 bytes that declares 8192 × 8192 pixels with 4 channels of 16 bits.
    try shell.run(
      """
      chunk() { printf "$1$2" > part; printf "$3"; cat part; printf "$(gzip -c part | tail -c 8 |
        head -c 4 | od -An -tx1 | awk '{print "\\\\x"$4"\\\\x"$3"\\\\x"$2"\\\\x"$1}')"; }
      { printf '\\x89PNG\\r\\n\\x1a\\n'
        chunk IHDR '\\0\\0\\x20\\0\\0\\0\\x20\\0\\x10\\6\\0\\0\\0' '\\0\\0\\0\\r'
        chunk IDAT '\\x78\\x9c\\3\\0\\0\\0\\0\\1' '\\0\\0\\0\\10'
        chunk IEND '' '\\0\\0\\0\\0'; } > bomb.png
      """)
    let result = try shell.run("ulimit -v 200000; png2tensor bomb.png -o new", status: 65)
    #expect(
      result.standardError
        == "png2tensor: bomb.png: declares 8192×8192 pixels, more than its 65 bytes can encode\n")
  }

  @Test func `a network trains on CIFAR files in color`() throws {
    let shell = try Shell()
    var records: [UInt8] = []
    for record in 0..<20 {
      records.append(UInt8(record % 10))
      for index in 0..<3072 { records.append(UInt8((index * 7 + record) % 251)) }
    }
    for name in ["1", "2"] { try shell.write("data_batch_\(name).bin", records) }
    try shell.run(
      """
      cifar2tensor data_batch_*.bin -o a
      cifar2tensor data_batch_*.bin | cmp - a
      cat data_batch_*.bin | gzip | cifar2tensor -o b; cmp a b
      wgan-init --preset mlp-gp --like a --batch-size 10 | wgan-step --data a --steps 1 | wgan-sample -n 4 |
        tensor2png > grid.png
      """)
    let file = try Self.file(shell, "a")
    #expect(file.header["images"]?.shape == [40, 3, 32, 32])
    #expect(file.numbers(of: "labels") == (0..<40).map { UInt8($0 % 10) })
    #expect(try shell.read("grid.png")[25] == 2)
  }
}
