package org.vhostdp.cli.catalogue;

/** Where things stand in the site. Ids and versions of drivers are safe as names of files. */
final class Links {
  private Links() {}

  static String driver(String id) {
    return "drivers/" + id + ".html";
  }

  static String report(Listed listed) {
    return "reports/" + listed.name() + ".html";
  }

  static String certificate(Listed listed) {
    return "certificates/" + listed.name() + ".dsse.json";
  }
}
