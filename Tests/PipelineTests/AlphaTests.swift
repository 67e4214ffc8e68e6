import TensorIO
import Testing

/// Tests of training on PNG files with their alpha channel. The images are 8 × 8.
@Suite struct AlphaTests {
  private func make(_ target: String) -> String {
    "make -s -C \(Shell.checkout) \(target) TOOLS=\"$TOOLS\" OUT=\"$PWD/run\" PRESET=mlp-gp"
  }

  @Test func `pictures with alpha are trained, drawn and held out with their alpha`() throws {
    let shell = try Shell()
    for channels in [2, 4] {
      try shell.write("images\(channels)", idx([30, UInt32(channels), 8, 8]))
    }
    try shell.run(
      """
      for channels in 2 4; do
        mkdir $channels; cd $channels; option=--rgba; ((channels == 4)) || option=--gray-alpha
        idx2tensor ../images$channels -o made.tensor; tensor2png --each icons made.tensor
        # Transparent pixels have no color, so the tensor file is not the same as the original.
        image2tensor $option icons -o icons.tensor; tensor-info --header icons.tensor > header
        has "images *U8 *30x${channels}x8x8" header
        tensor2png -n 30 icons.tensor > a; tensor2png -n 30 made.tensor | cmp - a
        mkdir kept; mv icons/2?.png kept; cp icons/00.png kept
        \(make("train")) CONVERT="image2tensor --size 8 $option" DATA="$PWD/icons" HELD_OUT="$PWD/kept" BATCH=10 EPOCHS=2
        has held_out run/metrics.jsonl; cmp run/images.tensor <(image2tensor $option icons)
        cmp run/held-out.tensor <(image2tensor $option kept)
        wgan-sample run/checkpoint | tensor2png --scale 2 | cmp - run/samples/epoch-0002.png
        # A folder gets the channels of a tensor file.
        mv run first
        \(make("train")) SIZE=8 DATA="$PWD/icons.tensor" HELD_OUT="$PWD/kept" BATCH=10 EPOCHS=1
        cmp run/held-out.tensor first/held-out.tensor; cd ..
      done
      """)
  }

  @Test(.requires("gnuplot", "pamcat", "apngasm", "jq"))
  func `a folder of pictures with alpha is reported with commands that convert it again`() throws {
    let shell = try Shell()
    try shell.write("images", idx([30, 4, 8, 8]))
    try shell.run(
      """
      idx2tensor images | tensor2png --each icons
      \(make("train")) BATCH=10 EPOCHS=1 DATA="$PWD/icons" HELD_OUT="$PWD/icons" CONVERT='image2tensor --size 8 --rgba'
      \(make("report"))
      has "^image2tensor --size 8 --rgba $PWD/icons -o train.tensor" run/report.html
      has "^image2tensor --size 8 --rgba $PWD/icons -o held-out.tensor" run/report.html
      tensor2png --spread -n 30 --scale 2 run/images.tensor | base64 -w 0 > data
      has -F "$(head -c 4000 data)" run/report.html
      image2tensor --size 8 --rgba icons -o icons.tensor; rm -r run
      \(make("train")) BATCH=10 EPOCHS=1 DATA="$PWD/icons.tensor" HELD_OUT="$PWD/icons" SIZE=8; \(make("report"))
      has "^image2tensor --size 8 --rgba $PWD/icons -o held-out.tensor" run/report.html
      """)
  }
}
