/* One pass, byte by byte, without locale: names are ASCII by the registry's rules, and what is not
   ASCII must come out unchanged whatever the process's locale is. */
#include <cratedex/canonical_name.h>

void canonical_name(char *out, const char *name, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        char c = name[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        else if (c == '-')
            c = '_';
        out[i] = c;
    }
}
