package org.vhostdp.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.vhostdp.attest.Printable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vhost-dp driver new}. */
@Command(
    name = "new",
    description = {
      "Begin a driver: write a Maven project with a small one that passes every rule, and the tests"
          + " that show it. docs/writing-a-driver.md goes on from there.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  vhost-dp driver new toy",
      "  vhost-dp driver new my-nic --package com.example.nic --dir nic",
      "",
      "Exit codes: 0 written, 1 not written, 2 wrong options."
    })
final class DriverNewCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "NAME",
      description = "Id of the driver: 1 to 32 of a-z, 0-9 and '-', a letter first.")
  private String name;

  @Option(
      names = "--package",
      paramLabel = "P",
      description = "Its Java package and module (org.example.NAME).")
  private String home;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "An empty or new folder for the project (driver-NAME).")
  private Path folder;

  @Mixin private CommonOptions common;
  @Spec private CommandSpec spec;

  /** For picocli. */
  DriverNewCommand() {}

  @Override
  public Integer call() throws CommandFailed {
    DriverTemplate template = new DriverTemplate(name, home);
    Path to = folder == null ? Path.of("driver-" + name) : folder;
    int files = template.write(to);
    PrintWriter out = spec.commandLine().getOut();
    out.println("%d files written to %s. Go on with:".formatted(files, Printable.of(to)));
    out.println("  cd " + Printable.of(to));
    out.println("  mvn verify                     builds the driver and tries every rule on it");
    out.println(
        "  vhost-dp tck run --driver target/store/%s --report target/report".formatted(name));
    return Exit.OK;
  }
}
