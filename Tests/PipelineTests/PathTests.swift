import Foundation
import Testing

/// Tests of `make` with paths that contain blanks, quotes, dollar signs and leading dashes.
@Suite struct PathTests {
  /// A folder name with what make and shells treat specially, quoted for a shell.
  private static let odd = #""-a  b 'c\" \$d""#

  /// A checkout, without the sources, in a folder with such a name, and the tools in another one.
  private func folder() throws -> Shell {
    let shell = try Shell()
    try shell.write("images", idx([110, 8, 8]))
    try shell.run(
      """
      odd=\(Self.odd); mkdir -p -- "./$odd/wgan/Sources" "./$odd/bin" else
      cp -r '\(Shell.checkout)'/{Makefile,scripts,examples,Package.swift} "./$odd/wgan"
      ln -s "$TOOLS"/* "./$odd/bin"
      """)
    return shell
  }

  /// Functions of the scripts: `odd` with the names for make, and `make` without the tools on the PATH.
  private let prelude = """
    odd=\(PathTests.odd); there=$PWD/$odd
    # make replaces two dollar signs by one.
    for_make() { printf %s "${1//\\$/\\$\\$}"; }
    make() { PATH=/usr/bin:/bin command make -s "$@"; }
    training=(DATA="$(for_make "$there/images")" BATCH=20 EPOCHS=2 PRESET=mlp-gp)
    cp images "./$odd"

    """

  @Test(.requires("gnuplot", "pamcat", "apngasm", "jq"))
  func `a checkout and its tools may be in any folder`() throws {
    let shell = try folder()
    try shell.run(
      prelude + """
        tools="TOOLS=$(for_make "$there/bin")"; cd else
        make -f "$there/wgan/Makefile" train RUN=a "${training[@]}" "$tools"
        cd "$there/wgan"; make train RUN=a "${training[@]}" "$tools"; cmp runs/a/checkpoint ../../else/runs/a/checkpoint
        make help > help; has '^make train' help
        for target in plot film report; do make $target RUN=a "$tools"; done; [ -s runs/a/report.html ]
        cd ../../else; for target in plot film report; do make -f "$there/wgan/Makefile" $target RUN=a "$tools"; done
        [ -s runs/a/curves.svg ]
        # The path of the Makefile may be relative, and follow another one.
        cd "$there"; echo 'other := 1' > 'other file'
        make -f 'other file' -f wgan/Makefile train RUN=b "${training[@]}" "$tools"; cmp runs/b/checkpoint wgan/runs/a/checkpoint
        cd ..; make -f "$odd/wgan/Makefile" train RUN=c "${training[@]}" "$tools"; [ -s runs/c/checkpoint ]
        """)
  }

  @Test(.requires("gnuplot", "pamcat", "apngasm", "jq"))
  func `OUT, DATA and HELD_OUT may have any name`() throws {
    let shell = try folder()
    try shell.run(
      prelude + """
        cd "$there/wgan"; cp ../images ./-x.idx; tools="TOOLS=$(for_make "$there/bin")"
        make train "${training[@]}" "$tools" DATA=-x.idx HELD_OUT=-x.idx OUT=-run
        make train OUT=-run EPOCHS=3 "$tools" DATA=-x.idx
        for target in plot film report; do make $target OUT=-run "$tools"; done
        [ -s ./-run/report.html ]; [ -s ./-run/curves.svg ]; has held_out ./-run/metrics.jsonl
        make train "${training[@]}" "$tools" OUT="$(for_make "$there/a 'run\\"")" EPOCHS=3
        cmp "$there/a 'run\\"/checkpoint" ./-run/checkpoint
        """)
  }

  @Test func `install, uninstall and retrain work with any PREFIX and DESTDIR`() throws {
    let shell = try folder()
    try shell.run(
      prelude + """
        cd "$there/wgan"; tools="TOOLS=$(for_make "$there/bin")"
        for place in "DESTDIR= PREFIX=$there/p %x" "DESTDIR=$there/root PREFIX=/opt/a b"; do
          destdir=${place#DESTDIR=} destdir=${destdir% PREFIX=*} prefix=${place##*PREFIX=} root=$destdir$prefix
          variables=("DESTDIR=$(for_make "$destdir")" "PREFIX=$(for_make "$prefix")")
          make install "$tools" "${variables[@]}"
          [ "$("$root/bin/wgan-step" --version)" = "$("$TOOLS/wgan-step" --version)" ]
          env -i PATH=/usr/bin:/bin DATA="$there/images" BATCH=20 EPOCHS=2 PRESET=mlp-gp \\
            "$root/share/wgan/scripts/retrain" "$root/nights"
          make -f "$root/share/wgan/Makefile" train "${training[@]}" OUT="$(for_make "$root/run")" \\
            SEED=$(sed -n 's/^seed //p' "$root/nights/current/config")
          cmp "$root/run/checkpoint" "$root/nights/current/checkpoint"
          rm -r "$root"/{run,nights}; make uninstall "${variables[@]}"
          [ -z "$(find "$root" -not -type d)" ]
        done
        make install "$tools" DESTDIR= PREFIX=-p; ./-p/bin/wgan --version; make uninstall DESTDIR= PREFIX=-p
        [ -z "$(find ./-p -not -type d)" ]
        """)
  }

  @Test(arguments: [
    ("/usr", "/usr/share/wgan", "/usr/share/wgan"),
    ("/opt/wgan", "/opt/wgan/share/wgan", "/opt/wgan/share/wgan"),
    (
      #"/opt/a "b" 50% $c"#, #"'/opt/a "b" 50\% $c/share/wgan"#,
      #""/opt/a \"b\" 50%% $$c/share/wgan"#
    ),
  ])
  func `installed examples call the installed scripts`(
    _ prefix: String, _ cron: String, _ service: String
  ) throws {
    let shell = try folder()
    let result = try shell.run(
      """
      prefix='\(prefix)'
      make -s -C '\(Shell.checkout)' install TOOLS="$TOOLS" DESTDIR="$PWD/root" PREFIX="${prefix//\\$/\\$\\$}"
      cd "root$prefix/share/doc/wgan/examples"; [ -x ../../../wgan/scripts/retrain ]
      sed -n 's/.*ionice -c 3 //p' crontab; sed -n 's/^ExecStart=//p' wgan-retrain.service
      diff crontab '\(Shell.checkout)/examples/crontab' | grep -c '^[<>]' || true
      """)
    let (open, close) = (cron.hasPrefix("'") ? "'" : "", service.hasPrefix("\"") ? "\"" : "")
    #expect(
      result.text == """
        \(cron)/scripts/retrain\(open) /srv/wgan/nightly
        \(service)/scripts/retrain\(close) /srv/wgan/nightly
        \(prefix == "/usr" ? 0 : 2)

        """)
  }
}
