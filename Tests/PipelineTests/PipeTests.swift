import Foundation
import TensorIO
import Testing

/// Tests of the tools in pipelines.
@Suite struct PipeTests {
  @Test func `the pipeline of the README works`() throws {
    let shell = try Shell()
    try shell.write("images", idx([130, 28, 28]))
    try shell.run("gzip images; zcat images.gz | idx2tensor | cat > train.tensor")
    try shell.run(
      """
      wgan-init --preset mlp-gp | wgan-step --data train.tensor --epochs 1 | wgan-sample -n 64 \
        | tensor2png > grid.png
      """)
    let png = try shell.read("grid.png")
    #expect(png.starts(with: [0x89, 0x50, 0x4E, 0x47]))
    // A grid of 8 × 8 images of 28 × 28 pixels, with 2 pixels of padding.
    #expect(Array(png[16..<24]) == [0, 0, 0, 242, 0, 0, 0, 242])
  }

  @Test func `plain, gzipped and piped images give the same tensors`() throws {
    let shell = try Shell()
    try shell.write("images.idx", idx([7, 5, 6]))
    try shell.write("labels.idx", idx([7]))
    try shell.run(
      """
      gzip -k images.idx
      { head -c 100 images.idx | gzip; tail -c +101 images.idx | gzip; } > two.gz
      idx2tensor images.idx --labels labels.idx -o a.tensor
      idx2tensor images.idx.gz --labels labels.idx > b.tensor
      gzip -c labels.idx | idx2tensor two.gz --labels - -o c.tensor
      cmp a.tensor b.tensor; cmp a.tensor c.tensor
      idx2tensor < images.idx | cat > d.tensor
      """)
    let file = try TensorFile(shell.folder.appending(path: "a.tensor").path)
    #expect(file.header["images"]?.shape == [7, 1, 5, 6])
    #expect(file.header["labels"]?.shape == [7])
    #expect(file.header.metadata["range"] == "0,255")
    #expect(file.numbers(of: "images") == Array(idx([7, 5, 6]).dropFirst(16)))
    let piped = try TensorFile(shell.folder.appending(path: "d.tensor").path)
    #expect(piped.header.crc32 == nil)
    #expect(piped.numbers(of: "images") == Array(idx([7, 5, 6]).dropFirst(16)))
  }

  @Test func `resuming a run of another arithmetic version works, with one warning`() throws {
    let shell = try workshop()
    let result = try shell.run(
      """
      wgan-step mlp-gp.bin --data images.tensor --steps 1 \
        | LC_ALL=C sed 's/"progress.arithmetic":"2"/"progress.arithmetic":"7"/
            s/"crc32":"......../"crc32":    "none/' > other.bin
      wgan-step other.bin --data images.tensor --steps 1 -o next.bin
      wgan-step next.bin --data images.tensor --steps 1 -o next.bin
      """)
    #expect(
      result.standardError == """
        wgan-step: other.bin: arithmetic version 7 trained this checkpoint, and version 2 continues: \
        the bytes will differ from those of a run with either version alone

        """)
    let next = try TensorFile(shell.folder.appending(path: "next.bin").path)
    #expect(next.header.metadata["progress.arithmetic"] == "7 2")
  }

  @Test func `an interpolation starts and ends with the two samples`() throws {
    let shell = try workshop()
    try shell.run(
      """
      image() { tail -c +$(($(stat -c %s $1) - $2 * 256 + 1)) $1 | head -c 256; }
      for more in '' '--truncation 0.7'; do
        wgan-sample mlp-gp.bin --interpolate 300:17 --steps 5 $more -o path
        wgan-sample mlp-gp.bin --first 300 -n 1 $more -o start
        wgan-sample mlp-gp.bin --first 17 -n 1 $more -o end
        cmp <(image path 5) <(image start 1); cmp <(image path 1) <(image end 1)
        differ <(image path 3) <(image end 1)
      done
      cp end truncated; wgan-sample mlp-gp.bin --first 17 -n 1 -o end
      differ <(image end 1) <(image truncated 1)
      wgan-sample mlp-gp.bin --interpolate 1:2 | cmp - <(wgan-sample mlp-gp.bin --interpolate 1:2 --steps 8)
      wgan-sample mlp-gp.bin --interpolate 1:2 | tensor2png > path.png
      """)
    for wrong in [
      "--interpolate 1", "--interpolate 1:x", "--interpolate -1:2", "--interpolate 1:4294967296",
      "--interpolate 1:2 -n 5", "--interpolate 1:2 --first 5", "--steps 5", "--truncation 0",
      "--interpolate 1:2 --steps 1", "--truncation nan",
    ] {
      try shell.run("wgan-sample mlp-gp.bin \(wrong) -o no", status: 64)
    }
  }

  /// All presets except `dcgan-clip`, whose first generator step comes after these epochs.
  static let presets = [
    "quick", "mlp-clip", "mlp-clip-adam", "mlp-gp", "mlp-gp-plateau", "dcgan-gp", "keras-gp",
    "resnet-gp",
  ]

  @Test(arguments: presets)
  func `two epochs in parts give the same bytes as at once, in files and pipes`(
    _ preset: String
  ) throws {
    let shell = try workshop(presets: [preset])
    try shell.run(
      """
      step() { wgan-step --data images.tensor "$@"; }
      step \(preset).bin --epochs 2 --threads 1 -o two.bin
      step \(preset).bin --epochs 2 --threads 2 | cat > two-threads.bin
      cp \(preset).bin one.bin
      step one.bin --epochs 1 --threads 2 -o one.bin; step one.bin --epochs 1 --threads 1 -o one.bin
      step --epochs 1 --threads 1 < \(preset).bin | step --epochs 1 --threads 2 > pipe.bin
      step \(preset).bin --steps 1 | step --until-epoch 9 --epochs 1 | step --until-epoch 2 --epochs 9 > parts.bin
      for other in two-threads one pipe parts; do cmp two.bin $other.bin; done
      differ two.bin \(preset).bin
      """)
  }

  @Test
  func `convolutional networks from files train on color images and resume to the same bytes`()
    throws
  {
    let shell = try Shell()
    try shell.write("images.idx", idx([70, 3, 8, 8]))
    try shell.run(
      """
      cat > critic <<END
      # from 3x8x8
      conv 6 kernel 5 stride 2 padding same; leaky-relu 0.2
      conv 9 kernel 3 stride 2 padding 1 no-bias; leaky-relu 0.2   # to 9x2x2
      dense 1
      END
      echo 'dense 64; reshape 4x4x4; relu; conv 12 kernel 3 padding 1; relu; dense 192; tanh' > generator
      idx2tensor images.idx -o images.tensor
      wgan-init --preset mlp-gp --like images.tensor --generator generator --critic critic \
        --batch-size 33 -o start
      step() { wgan-step --data images.tensor "$@"; }
      step start --epochs 4 --threads 1 -o calm
      step start --epochs 4 --threads 2 | cmp - calm
      step start --epochs 1 --threads 2 | step --steps 1 | step --until-epoch 4 | cmp - calm
      differ start calm
      wgan-sample calm -n 5 --threads 1 -o a; wgan-sample calm -n 4 --first 1 --threads 3 -o b
      cmp <(tail -c 3072 a) <(tail -c 3072 b)
      tensor2png a > grid.png
      """)
    let file = try TensorFile(shell.folder.appending(path: "calm").path)
    #expect(
      file.header.metadata["config.critic"]
        == "conv 6 kernel 5 stride 2 padding same; leaky-relu 0.2; "
        + "conv 9 kernel 3 stride 2 padding 1 no-bias; leaky-relu 0.2; dense 1")
    #expect(file.header["critic.2.weight"]?.shape == [9, 6, 3, 3])
    #expect(file.header["generator.3.weight"]?.shape == [12, 4, 3, 3])
    // The color type, the tenth byte of IHDR, is 2: RGB.
    #expect(try shell.read("grid.png")[25] == 2)
  }

  @Test func `the critic and the generator can be trained separately`() throws {
    let shell = try workshop()
    try shell.run(
      """
      step() { wgan-step --data images.tensor "$@"; }
      step mlp-gp.bin --only critic --epochs 1 | step --only generator --steps 3 > a.bin
      step mlp-gp.bin --only critic --steps 7 --threads 2 | step --only generator --steps 3 > b.bin
      cmp a.bin b.bin
      """)
    let state = try TensorFile(shell.folder.appending(path: "a.bin").path).header.metadata
    #expect(state["progress.critic_steps"] == "7" && state["progress.generator_steps"] == "3")
    #expect(state["progress.epoch"] == "1" && state["progress.phase"] == "0")
  }

  @Test func `a sample does not depend on -n, --first, the threads or the output`() throws {
    let shell = try workshop()
    try shell.run(
      """
      wgan-sample mlp-gp.bin -n 100 --seed 5 --threads 1 -o all.tensor
      wgan-sample -n 40 --first 60 --seed 5 --threads 2 < mlp-gp.bin | cat > some.tensor
      tail -c $((40 * 64 * 4)) all.tensor | cmp - <(tail -c $((40 * 64 * 4)) some.tensor)
      wgan-sample mlp-gp.bin -n 1000 | wc -c > pipe
      wgan-sample mlp-gp.bin -n 1000 -o file; wc -c < file | cmp - pipe
      wgan-sample mlp-gp.bin -n 100 --seed 6 -o other.tensor
      for name in other all; do tail -c $((100 * 64 * 4)) $name.tensor > $name; done
      differ other all
      """)
  }

  @Test func `after a resume, each step appears once in the metrics`() throws {
    let shell = try workshop()
    try shell.run(
      """
      step() { wgan-step --data images.tensor --metrics log "$@"; }
      step mlp-gp.bin --steps 9 > nine.bin
      step mlp-gp.bin --steps 4 > four.bin
      printf '{"epoch":9,"generator_st' >> log
      step four.bin --steps 5 | cmp - nine.bin
      """)
    let lines = try String(decoding: shell.read("log"), as: UTF8.self).split(separator: "\n")
    let steps = try lines.map { line -> Int in
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      let fields = try #require(object)
      #expect(fields["critic_step"] as? Int == (fields["generator_step"] as? Int).map { $0 * 5 })
      #expect(fields["wasserstein"] is Double && fields["gradient_norm"] is Double)
      return try #require(fields["generator_step"] as? Int)
    }
    #expect(steps == Array(1...9))
  }

  @Test func `training continues if the reader of the metrics on standard output exits`()
    throws
  {
    let shell = try workshop()
    try shell.run(
      """
      wgan-step mlp-gp.bin --data images.tensor --steps 40 -o a.bin
      wgan-step mlp-gp.bin --data images.tensor --steps 40 -o b.bin --metrics - | head -n 1 > line
      cmp a.bin b.bin; has '"generator_step":1,' line
      """)
  }

  @Test func `training continues if the reader of a named pipe with the metrics exits`() throws {
    let shell = try workshop()
    try shell.run(
      """
      mkfifo pipe
      head -n 1 pipe > line &
      wgan-step mlp-gp.bin --data images.tensor --steps 300 -o a.bin --metrics pipe
      wait $!; has '"generator_step":1,' line
      """)
  }

  @Test func `pitfall 4: clipping with Adam and beta1 > 0 prints one warning`() throws {
    let shell = try Shell()
    let result = try shell.run("wgan-init --preset mlp-clip-adam -o a.bin")
    #expect(result.standardError.hasPrefix("wgan-init: warning: Adam with beta1 > 0"))
    #expect(result.standardError.split(separator: "\n").count == 1)
    for quiet in ["mlp-clip", "mlp-gp", "mlp-clip-adam --beta1 0"] {
      #expect(try shell.run("wgan-init --preset \(quiet) -o a.bin").standardError.isEmpty)
    }
  }

  @Test func `presets can be listed, and options override their settings`() throws {
    let shell = try Shell()
    let list = try shell.run("wgan-init --list-presets")
    #expect(
      list.text.contains("generator 247440, critic 233985"))
    try shell.run(
      """
      wgan-init --preset mlp-gp --shape 3x4x5 --seed 9 --batch-size 7 --critic-steps 2 --lambda 3 \
        --learning-rate 0.5 --critic-learning-rate 0.25 --beta1 0 --beta2 0.75 --latent 11 -o a.bin
      wgan-init --preset mlp-gp --optimizer rmsprop --alpha 0.5 -o b.bin
      wgan-init --preset mlp-clip --clip 0.5 -o c.bin
      wgan-init --preset mlp-gp --schedule 'cosine 900 warm-up 10' --critic-warm-up '100 25 500' \
        --real-batch reused --interpolation normal --initialization dcgan -o d.bin
      wgan-init --preset mlp-gp-plateau -o e.bin
      wgan-init --preset mlp-gp --print-networks | sed -n 's/^critic: //p' > critic
      wgan-init --preset mlp-gp --critic critic | cmp - <(wgan-init --preset mlp-gp)
      """)
    let a = try TensorFile(shell.folder.appending(path: "a.bin").path).header.metadata
    #expect(a["config.image"] == "3x4x5" && a["config.seed"] == "9" && a["config.latent"] == "11")
    #expect(a["config.batch_size"] == "7" && a["config.critic_steps"] == "2")
    #expect(a["config.constraint"] == "gradient-penalty 3.0")
    #expect(
      a["config.generator_optimizer"] == "adam rate 0.5 beta1 0.0 beta2 0.75 epsilon 1e-08")
    #expect(
      a["config.critic_optimizer"] == "adam rate 0.25 beta1 0.0 beta2 0.75 epsilon 1e-08")
    let b = try TensorFile(shell.folder.appending(path: "b.bin").path).header.metadata
    #expect(b["config.critic_optimizer"] == "rmsprop rate 0.0001 alpha 0.5 epsilon 1e-08")
    let c = try TensorFile(shell.folder.appending(path: "c.bin").path).header.metadata
    #expect(c["config.constraint"] == "clip 0.5")
    #expect(c["config.schedule"] == "constant" && c["config.critic_warm_up"] == "none")
    #expect(c["config.real_batch"] == "fresh" && c["config.interpolation"] == "uniform")
    #expect(c["config.initialization"] == "pytorch" && c["progress.plateau"]?.isEmpty == true)
    let d = try TensorFile(shell.folder.appending(path: "d.bin").path).header.metadata
    #expect(d["config.schedule"] == "cosine 900 warm-up 10")
    #expect(d["config.critic_warm_up"] == "100 25 500" && d["config.real_batch"] == "reused")
    #expect(d["config.interpolation"] == "normal" && d["config.initialization"] == "dcgan")
    let e = try TensorFile(shell.folder.appending(path: "e.bin").path).header.metadata
    #expect(
      e["config.schedule"]
        == "plateau factor 0.5 patience 2 threshold 0.0001 cooldown 0 floor 0.0 every step")
    #expect(
      e["config.critic_optimizer"] == "adam rate 0.0002 beta1 0.5 beta2 0.999 epsilon 1e-08")
    #expect(e["config.critic_steps"] == "1" && e["config.constraint"] == "gradient-penalty 10.0")
  }

  @Test(arguments: [
    "idx2tensor", "cifar2tensor", "image2tensor", "png2tensor", "npy2tensor", "wgan-init",
    "wgan-step", "wgan-sample", "wgan-critic", "wgan-export", "tensor2png",
  ])
  func `--help and --version write to standard output`(_ tool: String) throws {
    let shell = try Shell()
    let help = try shell.run("\(tool) --help")
    #expect(help.text.contains("EXIT STATUS"))
    #expect(help.standardError.isEmpty)
    #expect(try shell.run("\(tool) --version").standardOutput.count == 6)
  }

  @Test func `a filter whose reader exits ends without a message`() throws {
    let shell = try workshop()
    for script in [
      "wgan-sample mlp-gp.bin -n 100000 | head -c 1 | wc -c",
      "wgan-step mlp-gp.bin --data images.tensor --steps 1 | true",
    ] {
      let result = try shell.run(script, status: 141)
      #expect(result.standardError.isEmpty, "\(result)")
    }
  }
}
