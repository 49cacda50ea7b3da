package org.vhostdp.cli.catalogue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.vhostdp.cli.CommandFailed;
import org.vhostdp.store.DriverStore;
import org.vhostdp.tck.report.HtmlReport;

/**
 * The drivers of a store as a static site. Reports are made anew from certificates that belong to
 * the driver's files, since a page that lies in a folder may say or run anything. The same drivers
 * make the same bytes.
 */
public final class Catalogue {
  private final SortedMap<String, List<Listed>> drivers = new TreeMap<>();
  private final List<String> refusals = new ArrayList<>();

  private Catalogue() {}

  /** Reads every driver's files and certificate; loads none of their classes. */
  public static Catalogue of(DriverStore store) {
    Catalogue catalogue = new Catalogue();
    for (DriverStore.Entry entry : store.entries()) {
      if (entry.descriptor() == null) {
        catalogue.refusals.add(entry.refusal());
      } else {
        catalogue.add(Listed.of(store, entry));
      }
    }
    return catalogue;
  }

  /** The active version stands first, then the others from the highest; each version once. */
  private void add(Listed listed) {
    List<Listed> versions = drivers.computeIfAbsent(listed.driver().id(), id -> new ArrayList<>());
    boolean known =
        versions.stream()
            .anyMatch(each -> each.driver().version().equals(listed.driver().version()));
    if (!known) {
      versions.add(listed);
      versions.sort(
          Comparator.comparing((Listed each) -> !each.active())
              .thenComparing(each -> each.driver().version(), Comparator.reverseOrder()));
    }
  }

  /** Folders that are no drivers and stand on no page: a sentence each. */
  public List<String> refusals() {
    return List.copyOf(refusals);
  }

  /**
   * Writes the site. What was there is replaced as a whole, or stays as a whole.
   *
   * @param folder a folder that does not exist, is empty, or was written by this before
   * @return the files written, relative to the folder
   * @throws CommandFailed with a sentence; then the folder is as it was
   */
  public List<String> write(Path folder) throws CommandFailed {
    SortedMap<String, byte[]> files = files();
    new SiteFolder(folder).replace(files, json());
    return List.copyOf(files.keySet());
  }

  private SortedMap<String, byte[]> files() {
    SortedMap<String, byte[]> files = new TreeMap<>();
    files.put("index.html", bytes(IndexPage.of(List.copyOf(drivers.values()))));
    drivers.forEach(
        (id, versions) -> {
          files.put(Links.driver(id), bytes(DriverPage.of(id, versions)));
          versions.forEach(listed -> companions(listed, files));
        });
    return files;
  }

  private static void companions(Listed listed, Map<String, byte[]> files) {
    listed
        .certificate()
        .ifPresent(
            certificate -> {
              files.put(Links.report(listed), bytes(HtmlReport.of(certificate.result())));
              files.put(Links.certificate(listed), bytes(certificate.envelope().text()));
            });
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** What the site holds, as {@link org.vhostdp.store.market.Catalogue} reads it, and more. */
  public List<Map<String, Object>> json() {
    List<Map<String, Object>> all = new ArrayList<>();
    drivers.values().forEach(versions -> versions.forEach(listed -> all.add(json(listed))));
    return all;
  }

  private static Map<String, Object> json(Listed listed) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("id", listed.driver().id());
    out.put("version", listed.driver().version().toString());
    out.put("spi", listed.driver().spi().toString());
    out.put("summary", listed.driver().summary());
    out.put("active", listed.active());
    out.put("standing", listed.standing().name().toLowerCase(Locale.ROOT));
    out.put("signer", listed.signer());
    out.put("remarks", listed.remarks());
    out.put("page", Links.driver(listed.driver().id()));
    out.put("report", listed.certificate().isPresent() ? Links.report(listed) : null);
    return out;
  }
}
