package org.vhostdp.attest;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The machine of a run.
 *
 * @param kernel its release, such as "6.8.0-45-generic"
 * @param jdk the Java runtime's version
 * @param architecture as Java names it, such as "amd64"
 * @param device the network device or its driver in words, "" if none is meant
 */
public record Machine(String kernel, String jdk, String architecture, String device) {
  private static final Pattern MAJOR_MINOR = Pattern.compile("(\\d+\\.\\d+)(\\D.*)?");

  /** This machine, with a device. */
  public static Machine here(String device) {
    return new Machine(
        System.getProperty("os.version", ""),
        Runtime.version().toString(),
        System.getProperty("os.arch", ""),
        device);
  }

  /** The first two numbers of the kernel's release, or all of it if it does not begin with two. */
  public String series() {
    Matcher matcher = MAJOR_MINOR.matcher(kernel);
    return matcher.matches() ? matcher.group(1) : kernel;
  }
}
