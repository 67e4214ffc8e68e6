import Foundation
import TensorIO
import Testing

/// Tests of JPEG files and of what photos and scans contain besides pixels.
@Suite(.requires("cjpeg", "djpeg", "pngtopnm", "pnmtopng")) struct PicturesTests {
  /// A folder with a grid in color as PNM.
  private func folder() throws -> Shell {
    let shell = try Shell()
    try shell.write("images.idx", idx([4, 3, 24, 36]))
    try shell.run("idx2tensor images.idx | tensor2png --padding 0 | pngtopnm > color.ppm")
    return shell
  }

  @Test func `JPEG files give the pixels of djpeg, whatever their names`() throws {
    let shell = try folder()
    try shell.run(
      """
      convert() { # NAME OPTION…
        cjpeg "${@:2}" color.ppm > $1.jpg
        djpeg -dct int -nosmooth $1.jpg | pnmtopng > $1-expected
        image2tensor --rgb $1-expected -o expected
        for name in picture.png picture.jpg picture; do
          cp $1.jpg $name; image2tensor --rgb $name | cmp - expected; rm $name
        done
      }
      convert baseline -baseline -quality 80
      convert full -sample 1x1 -quality 95
      convert half -sample 2x1 -restart 1
      convert progressive -progressive -optimize
      convert arithmetic -arithmetic
      convert gray -grayscale
      convert rgb -rgb
      image2tensor gray.jpg -o one; tensor-info --header one > header; has 'images *U8 *1x1x' header
      image2tensor full.jpg -o expected
      image2tensor - < full.jpg | cmp - expected; cat full.jpg | image2tensor - | cmp - expected
      """)
  }

  @Test func `a folder of both formats is converted, and bad files are reported`() throws {
    let shell = try folder()
    let result = try shell.run(
      #"""
      mkdir -p set/a set/b
      cjpeg color.ppm > set/a/1.JPG; cjpeg -progressive color.ppm > set/b/2.jpeg
      pnmtopng color.ppm > set/b/3.png
      head -c 900 set/a/1.JPG > set/a/4.jpg
      sed 's/^/\\\\xff\\\\xd8\\\\xff/; q' /dev/null > set/b/5.jpg
      printf '\377\330\377\301\0\13\14\0\10\0\10\1\1\21\0' > set/b/6.jpg
      image2tensor --size 16 --labels-from-folders set -o set.tensor
      exits 65 image2tensor --strict --size 16 set -o strict
      absent strict
      """#)
    #expect(
      result.standardError == """
        image2tensor: set/a/4.jpg: is truncated after 900 bytes; skipped
        image2tensor: set/b/5.jpg: is empty; skipped
        image2tensor: set/b/6.jpg: has 12 bits per sample (expected 8); convert it to 8 bits; skipped
        image2tensor: 3 of 6 files were skipped
        image2tensor: set/a/4.jpg: is truncated after 900 bytes

        """)
    let set = try OwnImagesTests.file(shell, "set.tensor")
    #expect(set.header["images"]?.shape == [3, 3, 16, 16])
    #expect(set.numbers(of: "labels") == [0, 1, 1] as [UInt8])
  }

  @Test func `the names of files may be any bytes, and those of labels must be UTF-8`() throws {
    let shell = try folder()
    let result = try shell.run(
      #"""
      mkdir -p set/ok "$(printf 'bad/caf\351')"
      for name in $'new\nline.png' 'back\slash.png' -dash.png $'caf\351.png' $'\364\217\276\200.png'; do
        pnmtopng color.ppm > "set/ok/$name"
      done
      image2tensor set -o a 2> words; test ! -s words
      tensor-info --header a > header; has 'images *U8 *5x3x' header
      find set -name '*.png' -print0 | image2tensor -0 --files-from - | cmp - a
      (cd set/ok; image2tensor -- -dash.png) > one
      (cd set/ok; printf '%s\n' -dash.png | image2tensor --files-from -) | cmp - one
      echo > $'set/ok/d\351\n\\.png'
      image2tensor set | cmp - a
      pnmtopng color.ppm > $'bad/caf\351/1.png'
      image2tensor bad -o b
      exits 65 image2tensor --labels-from-folders bad -o c
      exits 66 image2tensor --files-from <(printf 'caf\351\n') -o c; absent c
      """#)
    #expect(
      result.standardError == #"""
        image2tensor: set/ok/d\xe9\u{a}\.png: is not a PNG or JPEG file; skipped
        image2tensor: 1 of 6 files was skipped
        image2tensor: bad/caf\xe9/1.png: the name of its folder is not valid UTF-8, so it cannot be a label; rename the folder
        image2tensor: caf\xe9: no such file

        """#)
  }

  @Test func `class numbers of a list hold for two data sets`() throws {
    let shell = try folder()
    let result = try shell.run(
      #"""
      mkdir -p train/{cat,dog,eel} later/{dog,eel} other/{dog,fox}
      for name in {train,later}/* other/*; do pnmtopng color.ppm > $name/1.png; done
      printf '\xef\xbb\xbfeel\r\nbee\r\ncat\r\ndog\r\n' > names
      image2tensor --classes names train -o a
      image2tensor --classes names later -o b
      exits 65 image2tensor --classes names other -o c; absent c
      mkdir train/empty; image2tensor --labels-from-folders train -o d
      exits 64 image2tensor --classes names train -o names
      """#)
    #expect(
      result.standardError == #"""
        image2tensor: warning: 1 class has no images: "bee"
        image2tensor: warning: 2 classes have no images: "bee", "cat"
        image2tensor: other/fox/1.png: its folder "fox" is not in the list of classes; add it, or leave out the folder
        image2tensor: warning: 1 class has no images: "empty"
        image2tensor: names: is also an input; choose another output

        """#)
    let labels = try ["a", "b", "d"].map { name in
      try OwnImagesTests.file(shell, name).numbers(of: "labels") as [UInt8]?
    }
    #expect(labels == [[2, 3, 0], [3, 0], [0, 1, 2]])
    let names = try OwnImagesTests.file(shell, "b").header.metadata
    #expect((0..<4).map { names["label.\($0)"] } == ["eel", "bee", "cat", "dog"])
  }

  @Test func `16-bit images that use few values give a warning, and --range maps them`() throws {
    let shell = try folder()
    let result = try shell.run(
      """
      mkdir scans
      scan() { printf 'P2 4 1 65535 %s\\n' "$*" | pnmtopng; }
      scan 100 200 300 4100 > scans/1.png; scan 120 1100 2100 4000 > scans/2.png
      scan 0 9 99 65535 > scans/3.png
      image2tensor scans -o a
      image2tensor --range 100,4100 scans -o b
      """)
    #expect(
      result.standardError
        == "image2tensor: warning: 2 of 3 16-bit images use less than a tenth of the range 0 to 65535 "
        + "(found values 100 to 4100); --range 100,4100 maps these to 0 to 255\n")
    #expect(
      try OwnImagesTests.file(shell, "a").numbers(of: "images")
        == [0, 1, 1, 16, 0, 4, 8, 16, 0, 0, 0, 255] as [UInt8])
    #expect(
      try OwnImagesTests.file(shell, "b").numbers(of: "images")
        == [0, 6, 13, 255, 1, 64, 128, 249, 0, 0, 0, 255] as [UInt8])
  }
}
