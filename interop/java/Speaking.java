import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** How a program of this group is told what to send, and says what its user gets. */
class Speaking {
    interface Sender {
        /** Sends one command and returns what the user of the library gets to see. */
        Map<String, Object> send(String action, String stream);
    }

    /** Begins what is shown; whether code and message were read by the library, not by us from a text. */
    static Map<String, Object> shown(Object what, boolean typed) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("what", what.getClass().getSimpleName());
        shown.put("typed", typed);
        return shown;
    }

    /** Reads ACTION STREAM a line, has it sent, and prints what came of it. */
    static void loop(Sender sender) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] words = line.split(" ");
            System.out.println(json(sender.send(words[0], words[1])));
        }
        System.exit(0); // the idle threads of HTTP clients would keep it alive for a while
    }

    private static String json(Map<String, Object> values) {
        return values.entrySet().stream()
                .map(entry -> '"' + entry.getKey() + "\":" + json(entry.getValue()))
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static String json(Object value) {
        if (!(value instanceof String)) {
            return String.valueOf(value);
        }
        return '"' + value.toString().replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }
}
