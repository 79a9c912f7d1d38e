/* The versions that run, where a library tells; of headers alone, those that were compiled. */
#include "tests/bench/encoding_figures.h"

#include "tests/bench/rapidjson_writer.h"
#include "tests/bench/simdjson_decoder.h"

#include <brotli/encode.h>
#include <cjson/cJSON.h>
#include <msgpack.h>
#include <stdio.h>
#include <zlib.h>
#include <zstd.h>

json_t *encoding_libraries_to_json(void)
{
    char brotli[32];
    uint32_t packed = BrotliEncoderVersion(); /* 8 bits, 12 and 12 */
    snprintf(brotli, sizeof brotli, "%u.%u.%u", packed >> 24, packed >> 12 & 0xfff, packed & 0xfff);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "jansson", jansson_version_str(),
                     "RapidJSON", rapidjson_version(), "cJSON", cJSON_Version(), "simdjson",
                     simdjson_decoder_version(), "msgpack-c", msgpack_version(), "zlib",
                     zlibVersion(), "brotli", brotli, "zstd", ZSTD_versionString());
}
