package org.vhostdp.tck.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.function.Consumer;

/**
 * One page that needs nothing else: its style and its script are in it, and its policy forbids the
 * browser to load or run anything that is not.
 */
public final class Page {
  private static final String STYLE = resource("page.css");
  private static final String SCRIPT = resource("page.js");

  private Page() {}

  /**
   * The text of a page, UTF-8 when written.
   *
   * @param title for the browser's tab
   * @param body writes the content
   */
  public static String of(String title, Consumer<Html> body) {
    Html html = new Html();
    html.verbatim("<!DOCTYPE html>\n");
    html.open("html", "lang", "en");
    head(html, title);
    html.open("body");
    body.accept(html);
    html.open("script").verbatim(SCRIPT).close();
    html.close().close();
    return html.toString();
  }

  private static void head(Html html, String title) {
    html.open("head").open("meta", "charset", "utf-8");
    html.open("meta", "http-equiv", "Content-Security-Policy", "content", policy());
    meta(html, "viewport", "width=device-width, initial-scale=1");
    meta(html, "color-scheme", "light dark");
    meta(html, "referrer", "no-referrer");
    html.element("title", title);
    html.open("style").verbatim(STYLE).close();
    html.close();
  }

  private static void meta(Html html, String name, String content) {
    html.open("meta", "name", name, "content", content);
  }

  private static String policy() {
    return "default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'"
        .formatted(digest(STYLE), digest(SCRIPT));
  }

  private static String digest(String text) {
    try {
      byte[] sum =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return "sha256-" + Base64.getEncoder().encodeToString(sum);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JDK has SHA-256; this one does not.", e);
    }
  }

  private static String resource(String name) {
    try (InputStream in = Page.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("The kit's jar lacks " + name + ".");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("The kit's jar cannot be read at " + name + ".", e);
    }
  }
}
